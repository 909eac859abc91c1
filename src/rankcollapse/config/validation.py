"""Settings and arguments as people give them: read, and explained where they are wrong."""

import difflib
import json
import re
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from rankcollapse.errors import UserError

# what pydantic adds to the place of a value that may be of several kinds
ALTERNATIVE = re.compile(r"constrained-\w+|literal\[.*\]|function-\w+\[.*|list\[.*|float|int|str|bool")


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
    for mistake in _of_alternatives(error.errors()):
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
            allowed = _in_words(mistake)
            found = "" if isinstance(mistake["input"], Mapping) else f"{mistake['input']!r} is not allowed. "
            lines.append(f"  {name}: {found}{allowed}")
    return UserError("\n".join([f"{source} has {len(lines)} mistake(s):", *lines]))


def _of_alternatives(mistakes: list[Any]) -> list[Any]:
    """The mistakes, with those in which one value fails each of several alternatives as one."""
    found: dict[tuple, Any] = {}
    for mistake in mistakes:
        place = tuple(part for part in mistake["loc"] if not ALTERNATIVE.fullmatch(str(part)))
        before = found.get(place)
        words = f"{before['msg']}, or {_in_words(mistake).removeprefix('It ')}" if before else _in_words(mistake)
        merged = place != mistake["loc"]
        found[place if merged else mistake["loc"]] = mistake | {
            "loc": place,
            "msg": words if merged else mistake["msg"],
        }
    return list(found.values())


def _in_words(mistake: Any) -> str:
    """What is allowed, in the words of a settings file and not of Python."""
    if mistake["type"] in ("model_type", "model_attributes_type", "dict_type"):
        return "It must be a mapping, KEY: VALUE"
    text = mistake["msg"].removeprefix("Value error, ")
    text = re.sub(r"^List should have (.*) after validation, not \d+$", r"It must have \1", text)
    return re.sub(r"^Input should (be |have )", r"It must \1", text)


def _keys(known: type[BaseModel], parents: list[str | int]) -> list[str]:
    """The keys that are allowed below `parents`."""
    for parent in parents:
        if isinstance(parent, str):
            annotation = known.model_fields[parent].annotation
            known = next(a for a in (annotation, *get_args(annotation)) if isinstance(a, type))
    return list(known.model_fields)
