"""Which scale a run is of: what results are called is what they are, or there is a message."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from rankcollapse.config.scale import Config, read_settings
from rankcollapse.config.validation import literal
from rankcollapse.errors import UserError

DEFAULT = "laptop"
DEPLOYED = "config"  # config/config.yaml chooses a scale where the workflow is used as a module
KEYS = ("scale", "results_from", "experiments")  # beside the settings of a scale
FROM_REFERENCE = "-from-reference"  # ends the name of results that come from the reference


class Chosen(NamedTuple):
    """A scale, the file of its settings, these settings, and what changes them."""

    name: str
    file: Path
    settings: dict[str, Any]
    changes: dict[str, Any]


def choose(
    config: Mapping[str, Any], arguments: Iterable[str], files: Sequence[Path], folders: Sequence[Path]
) -> Chosen:
    """The scale that Snakemake was asked for.

    Args:
        config: what Snakemake made of the files and arguments, or what a module was given.
        arguments: of `--config`, as they were typed: Snakemake reads the name 1e3 as a number.
        files: of `--configfile`.
        folders: where scales are kept; an earlier one counts before a later one.

    Raises:
        UserError: there is no such scale, or what was given is of another one.
    """
    scales = {file.stem: file for folder in reversed(folders) for file in sorted(folder.glob("*.yaml"))}
    scales.pop(DEPLOYED, None)
    contents = {file: read_settings(file) for file in files}
    named = _name(config, arguments)
    for file in files:
        stem = next((stem for stem, path in scales.items() if path.resolve() == file.resolve()), None)
        if stem and (named or stem) != stem:
            raise UserError(f"--configfile {file} is scale {stem}, and scale {named} was asked for too; name one")
        named = named or stem
        if not named and "scale" not in contents[file] and not _whole(contents[file]):
            raise UserError(
                f"--configfile {file} changes a scale and does not say which: add the line `scale: {DEFAULT}` to it"
            )
    changes = {key: value for key, value in config.items() if key not in KEYS}
    if not named and _whole(changes):
        raise UserError(_nameless(files))
    name = named or DEFAULT
    _check_name(name, scales)
    settings = read_settings(scales[name])
    if settings.pop("scale", name) != name:
        raise UserError(f"{scales[name]} says that it is another scale; remove its line `scale`, or rename the file")
    if _whole(changes) and literal(changes) != literal(settings):
        raise UserError(_nameless(files))
    return Chosen(name, scales[name], settings, changes)


def _name(config: Mapping[str, Any], arguments: Iterable[str]) -> str | None:
    """The name of the scale as it was given, or None."""
    typed = [argument.partition("=")[2] for argument in arguments if argument.startswith("scale=")]
    if len(set(typed)) > 1:
        raise UserError(f"scale is given twice: {' and '.join(typed)}; name one")
    if "scale" not in config:
        return None
    name = config["scale"]
    if name in (None, ""):
        raise UserError("scale is given without a name; give one, or leave it out")
    if isinstance(name, str):
        return name
    if not typed:
        raise UserError(f'the name of a scale is text; write it in quotes, scale: "NAME" (it was read as {name!r})')
    return typed[0]


def _check_name(name: str, scales: Mapping[str, Path]) -> None:
    """Refuse a name that no results can have, or that no file has."""
    if name == "reference" or name.endswith(FROM_REFERENCE):
        raise UserError(f"no scale can be called {name}: results/{name}/ is for other results; rename its file")
    if name not in scales:
        raise UserError(f"there is no config/{name}.yaml; scale must be one of: {', '.join(sorted(scales))}")
    if not re.fullmatch(r"\w[\w.+-]*", name, re.ASCII):
        raise UserError(f"a scale is called by letters, digits and . _ + -, got {name!r}; rename {scales[name]}")


def _whole(values: Mapping[str, Any]) -> bool:
    """Whether settings are all of a scale, and not changes of one."""
    try:
        Config.model_validate(literal({key: value for key, value in values.items() if key not in KEYS}))
    except (ValidationError, UserError):
        return False
    return True


def _nameless(files: Sequence[Path]) -> str:
    source = f"--configfile {', '.join(map(str, files))}" if files else "the config"
    return (
        f"{source} is a whole scale, and its results need a name of their own: copy it to config/NAME.yaml, and give"
        " scale=NAME after --config (or the line `scale: NAME` in config/config.yaml)"
    )
