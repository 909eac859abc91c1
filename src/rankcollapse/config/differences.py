"""In which settings two runs differ."""

import json
from typing import Any


def differences(one: Any, other: Any, name: str = "") -> dict[str, tuple[str, str]]:
    """The settings of two sections that differ: by dotted name, as text, "none" for one that is missing.

    Lists of as many sections are compared one by one, `[0]`, `[1]`, ...; other lists are one setting.
    """
    if one == other:
        return {}
    if isinstance(one, dict) and isinstance(other, dict):
        names = {f"{name}.{key}" if name else key: key for key in (*one, *other)}
        pairs = {path: (one.get(key), other.get(key)) for path, key in names.items()}
    elif _sections(one) and _sections(other) and len(one) == len(other):
        pairs = {f"{name}[{number}]": pair for number, pair in enumerate(zip(one, other, strict=True))}
    else:
        return {name: (_text(one), _text(other))}
    return {path: texts for name, pair in pairs.items() for path, texts in differences(*pair, name).items()}


def _sections(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _text(value: Any) -> str:
    """A setting as it is written in a scale, on one line."""
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value).replace('"', "")
