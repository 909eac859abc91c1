"""The settings of a scale: one YAML file under `config/`, checked against the typed models of the experiments."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel, Field, ValidationError

from rankcollapse.errors import UserError
from rankcollapse.experiments.base import DataSetName, Grid, Settings
from rankcollapse.experiments.bounds.settings import BoundsSettings
from rankcollapse.experiments.breaking.settings import BreakingSettings
from rankcollapse.experiments.collapse.settings import CollapseSettings
from rankcollapse.experiments.components.settings import ComponentsSettings
from rankcollapse.experiments.deep.settings import DeepSettings
from rankcollapse.experiments.depth.settings import DepthSettings
from rankcollapse.experiments.deviations.settings import DeviationsSettings
from rankcollapse.experiments.directions.settings import DirectionsSettings
from rankcollapse.experiments.escape.settings import EscapeSettings
from rankcollapse.experiments.pairs.settings import PairsSettings
from rankcollapse.experiments.pretraining.settings import PretrainingSettings
from rankcollapse.experiments.sharp.settings import SharpSettings
from rankcollapse.experiments.wide.settings import WideSettings
from rankcollapse.experiments.width.settings import WidthSettings
from rankcollapse.files import write_whole
from rankcollapse.validation import explain, literal

TABLE_START, TABLE_END = "<!-- settings: made by `rankcollapse settings` -->", "<!-- end of settings -->"


class Config(Settings):
    """All settings of a scale."""

    device: Literal["cpu", "cuda", "auto"]
    """where the cells run; `auto` is `cuda` where there is one. Changing it reruns no cell"""
    data_from: dict[DataSetName, str] = Field(default_factory=dict)
    """folder or archive to take a data set from, by its name, instead of the sources of the catalogue"""
    depth: DepthSettings
    deep: DeepSettings
    width: WidthSettings
    escape: EscapeSettings
    collapse: CollapseSettings
    bounds: BoundsSettings
    sharp: SharpSettings
    wide: WideSettings
    pretraining: PretrainingSettings
    breaking: BreakingSettings
    components: ComponentsSettings
    directions: DirectionsSettings
    pairs: PairsSettings
    deviations: DeviationsSettings = Field(default_factory=DeviationsSettings)

    def experiments(self) -> dict[str, Settings]:
        """The section of every experiment, by its name."""
        return {name: value for name, value in self if isinstance(value, Settings)}

    def grids(self) -> dict[str, Grid]:
        """The frames of all experiments: `EXPERIMENT.PART`, computed by the module of that name."""
        return {
            f"{name}.{part}": grid
            for name, section in self.experiments().items()
            for part, grid in section.grids().items()
        }


def experiments() -> dict[str, type[Settings]]:
    """All experiments, by name: the type of their settings."""
    return {
        name: field.annotation
        for name, field in Config.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, Settings)
    }


def read_settings(path: Path) -> dict[str, Any]:
    """The content of a settings file, not yet checked.

    Raises:
        UserError: it is not YAML, or not a mapping of settings.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (ValueError, yaml.YAMLError) as error:
        raise UserError(f"{path} is not YAML: {error}") from None
    if not isinstance(values, dict):
        raise UserError(f"{path} must hold settings as KEY: VALUE, found {str(values)[:40]!r}")
    return values


def check_settings(values: Mapping[str, Any], source: str) -> Config:
    """Check the settings of a scale.

    Args:
        values: what a YAML file or Snakemake's `--config` gave; the latter leaves numbers as text.
        source: its name in messages.

    Raises:
        UserError: a key is unknown or missing, a value has the wrong type or is out of range.
    """
    try:
        return Config.model_validate(literal(values))
    except ValidationError as error:
        raise explain(error, source, Config) from None


def schema() -> str:
    """The JSON schema of a settings file."""
    return json.dumps(Config.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def table() -> str:
    """All settings as a Markdown table: key, type or allowed values, meaning."""
    lines = ["| key | allowed | meaning |", "|---|---|---|"]

    def walk(model: type[BaseModel], prefix: str) -> None:
        properties = model.model_json_schema()["properties"]
        for name, field in model.model_fields.items():
            inner = next(iter(get_args(field.annotation)), None)
            if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
                walk(field.annotation, f"{prefix}{name}.")
            elif isinstance(inner, type) and issubclass(inner, BaseModel):
                lines.append(f"| `{prefix}{name}` | list of sections | {field.description} |")
                walk(inner, f"{prefix}{name}[].")
            else:
                meaning = " ".join(field.description.split())
                lines.append(f"| `{prefix}{name}` | {_allowed(properties[name])} | {meaning} |")

    walk(Config, "")
    return "\n".join(lines) + "\n"


def _allowed(field: dict[str, Any]) -> str:
    """What a field of a JSON schema allows, in words."""
    if "anyOf" in field:
        return " or ".join(_allowed(option) for option in field["anyOf"])
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field["type"] == "object":
        return f"mapping of names to {_allowed(field['additionalProperties'])}"
    if field["type"] == "array":
        return f"list of {_allowed(field['items'])}"
    bounds = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    return " ".join([field["type"], *(f"{sign} {field[key]}" for key, sign in bounds.items() if key in field)])


def write_documentation(folder: Path) -> None:
    """Write `schema.json`, and the table in `README.md` between its two markers."""
    write_whole(folder / "schema.json", schema())
    readme = folder / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(TABLE_START)
    _, _, after = rest.partition(TABLE_END)
    write_whole(readme, f"{before}{TABLE_START}\n{table()}{TABLE_END}{after}")
