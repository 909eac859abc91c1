"""Settings and arguments as people give them: read, and explained where they are wrong."""

import difflib
import json
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from rankcollapse.errors import UserError


def literal(value: Any) -> Any:
    """A value as the command line gives it: text is read as JSON, and is itself where it is not JSON."""
    if isinstance(value, Mapping):
        return {key: literal(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [literal(inner) for inner in value]
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, object_pairs_hook=_once)
    except (json.JSONDecodeError, RecursionError):
        return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping of pairs, each key of which stands once.

    Raises:
        UserError: one stands twice.
    """
    keys = [key for key, _ in pairs]
    if twice := [key for key in keys if keys.count(key) > 1]:
        raise UserError(f"the key {twice[0]!r} stands twice in one mapping of the settings; keep one")
    return dict(pairs)


def explain(error: ValidationError, source: str, known: type[BaseModel]) -> UserError:
    """A validation error as one message: for each mistake the key, the value found, and what is allowed.

    Args:
        error: what pydantic found.
        source: where the values came from, e.g. a file's name.
        known: the model whose keys an unknown key is compared with.
    """
    lines = []
    for mistake in error.errors():
        *parents, key = mistake["loc"] or ("",)
        name = ".".join(map(str, mistake["loc"]))
        if mistake["type"] == "extra_forbidden":
            allowed = _keys(known, parents)
            close = difflib.get_close_matches(str(key), allowed, 1)
            hint = f"did you mean {close[0]}? " if close else ""
            lines.append(f"  {name}: unknown key (value {mistake['input']!r}); {hint}allowed: {', '.join(allowed)}")
        elif mistake["type"] == "missing":
            lines.append(f"  {name}: missing; it must be set")
        else:
            allowed = mistake["msg"].removeprefix("Value error, ")
            found = "" if isinstance(mistake["input"], Mapping) else f"{mistake['input']!r} is not allowed. "
            lines.append(f"  {name}: {found}{allowed}")
    return UserError("\n".join([f"{source} has {len(lines)} mistake(s):", *lines]))


def _keys(known: type[BaseModel], parents: list[str | int]) -> list[str]:
    """The keys that are allowed below `parents`."""
    for parent in parents:
        if isinstance(parent, str):
            annotation = known.model_fields[parent].annotation
            known = next(a for a in (annotation, *get_args(annotation)) if isinstance(a, type))
    return list(known.model_fields)
