"""What decides whether a job must run again: the source files it depends on, and its settings."""

import ast
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@cache
def _content(module: str) -> tuple[str, bytes] | None:
    """The file of a module of this package below `ROOT`, and its bytes; None for a name that is no such module."""
    path = ROOT / module.replace(".", "/")
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return file.relative_to(ROOT).as_posix(), file.read_bytes()
    return None


@cache
def _imports(module: str) -> frozenset[str]:
    """The modules of this package that a module names in its imports, and the packages they lie in."""
    _, content = _content(module)
    named = set()
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    parts = [name.split(".") for name in named if name.partition(".")[0] == "rankcollapse"]
    packages = {".".join(part[:length]) for part in parts for length in range(1, len(part) + 1)}
    return frozenset(name for name in packages if _content(name))


def module_files(*modules: str) -> dict[str, bytes]:
    """The files of this package that modules execute when imported and called, themselves included.

    Imports are followed by reading code, not by running it, so this costs milliseconds and no torch. An import within a
    function counts; one by a name that is only known when it runs (an experiment's module) does not.

    Args:
        modules: full names, e.g. `rankcollapse.experiments.trainability.rank`.

    Returns:
        The content of each file by its path below `ROOT`, in the order of the paths.
    """
    found: set[str] = set()
    waiting = {".".join(name.split(".")[:length]) for name in modules for length in range(1, name.count(".") + 2)}
    while waiting:
        found |= waiting
        waiting = {name for module in waiting for name in _imports(module)} - found
    return dict(sorted(map(_content, found)))


def source_hash(*modules: str) -> str:
    """sha256 over the names and contents of `module_files(*modules)`."""
    digest = hashlib.sha256()
    for name, content in module_files(*modules).items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


def settings_hash(settings: Any) -> str:
    """sha256 of settings, independent of the order of their keys."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
