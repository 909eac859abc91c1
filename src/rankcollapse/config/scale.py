"""The settings of a scale: one YAML file under `config/`, checked against the typed models of the experiments."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError, create_model

from rankcollapse.config.validation import explain, literal
from rankcollapse.datasets.catalogue import find
from rankcollapse.errors import UserError
from rankcollapse.experiments import rooms
from rankcollapse.experiments.base import Grid, Section
from rankcollapse.experiments.parameters import DataSetName, Parameters


class Scale(Parameters):
    """All settings of a scale, but for the sections of the experiments."""

    device: Literal["cpu", "cuda", "auto"]
    """where the cells run; `auto` is `cuda` where there is one. Changing it reruns no cell"""
    data_from: dict[DataSetName, str] = Field(default_factory=dict)
    """folder or archive to take a data set from, by its name, instead of the sources of the catalogue"""

    def sections(self) -> dict[str, Section]:
        """The section of every experiment, by its name."""
        return {name: value for name, value in self if isinstance(value, Section)}

    def grids(self) -> dict[str, Grid]:
        """The cells of the frames of all experiments, `EXPERIMENT.PART`."""
        return {
            f"{name}.{part}": grid
            for name, section in self.sections().items()
            for part, grid in section.grids().items()
        }


def _field(section: type[Section]) -> tuple[type[Section], Any]:
    """A section may be left out of the file if nothing in it must be set."""
    required = any(field.is_required() for field in section.model_fields.values())
    return section, ... if required else Field(default_factory=section)


Config = create_model(
    "Config",
    __base__=Scale,
    __doc__="All settings of a scale.",
    **{name: _field(rooms.section(name)) for name in rooms.names()},
)


class _EachKeyOnce(yaml.SafeLoader):
    """Refuses a mapping in which a key stands twice: YAML's own reader takes the last without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[Any, int] = {}
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == "tag:yaml.org,2002:merge":
                continue
            line = key_node.start_mark.line + 1
            key = self.construct_object(key_node)
            if key in seen:
                raise UserError(f"the key {key!r} stands twice, in lines {seen[key]} and {line}; keep one")
            seen[key] = line
        return super().construct_mapping(node, deep)

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        value = super().construct_yaml_int(node)
        if re.match(r"[-+]?0\d|.*:", node.value):
            line = node.start_mark.line + 1
            raise UserError(f"line {line}: YAML reads {node.value} as {value}; write {value} if that is meant")
        return value


_EachKeyOnce.add_constructor("tag:yaml.org,2002:int", _EachKeyOnce.construct_yaml_int)


def read_settings(path: Path) -> dict[str, Any]:
    """The content of a settings file, not yet checked.

    Raises:
        UserError: it cannot be read, is not YAML, not a mapping of settings, or a key stands twice in it.
    """
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), Loader=_EachKeyOnce)
        json.dumps(values, default=str, skipkeys=True)  # a ValueError where an alias is within itself
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, RecursionError, yaml.YAMLError) as error:
        raise UserError(f"{path} is not YAML: {error}") from None
    if not isinstance(values, dict):
        raise UserError(f"{path} must hold settings as KEY: VALUE, found {str(values)[:40]!r}")
    return values


def check_settings(values: Mapping[str, Any], source: str) -> Scale:
    """Check the settings of a scale.

    Args:
        values: what a YAML file or Snakemake's `--config` gave; the latter leaves numbers as text.
        source: its name in messages.

    Raises:
        UserError: a key is unknown or missing, a value has the wrong type or is out of range.
    """
    try:
        scale = Config.model_validate(literal(values))
    except ValidationError as error:
        raise explain(error, source, Config) from None
    for name, section in scale.sections().items():
        dataset, size = getattr(section, "dataset", None), getattr(section, "batch_size", 0)
        if dataset and size > (samples := find(dataset).samples["train"]):
            mistake = f"{name}: batch_size is {size}; {dataset} has {samples} training samples, use at most that"
            raise UserError(f"{source} has 1 mistake(s):\n  {mistake}")
    return scale
