"""The documentation of the settings: a JSON schema for editors, a table for readers."""

import json
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from rankcollapse.config.scale import Config
from rankcollapse.storage.files import write_whole

TABLE_START, TABLE_END = "<!-- settings: made by `rankcollapse settings` -->", "<!-- end of settings -->"


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
    readme = folder / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(TABLE_START)
    _, _, after = rest.partition(TABLE_END)
    write_whole(folder / "schema.json", schema())
    write_whole(readme, f"{before}{TABLE_START}\n{table()}{TABLE_END}{after}")
