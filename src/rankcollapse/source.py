"""What decides whether a cell must run again: the source files it depends on, and its settings."""

import hashlib
import json
import os
from modulefinder import ModuleFinder
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def module_files(module: str) -> list[str]:
    """The files of this package that a module executes when imported, itself included.

    Imports are followed by reading code, not by running it, so this costs milliseconds and no torch.

    Args:
        module: full name, e.g. `rankcollapse.experiments.depth.rank`.

    Returns:
        Sorted paths, relative to the working folder where they lie below it.
    """
    finder = ModuleFinder(path=[str(ROOT)])
    finder.import_hook(module)
    files = (Path(found.__file__) for found in finder.modules.values() if found.__file__)
    return sorted(os.path.relpath(file) if file.is_relative_to(Path.cwd()) else str(file) for file in files)


def source_hash(module: str) -> str:
    """sha256 over the names and contents of `module_files(module)`."""
    digest = hashlib.sha256()
    for file in map(Path, module_files(module)):
        digest.update(file.absolute().relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def settings_hash(settings: Any) -> str:
    """sha256 of settings, independent of the order of their keys."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
