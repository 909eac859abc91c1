"""The experiments, found by looking: each folder here with a module `settings` is one."""

import importlib
from functools import cache
from pathlib import Path
from types import ModuleType

from rankcollapse.errors import UserError
from rankcollapse.experiments.base import Cell, Section


@cache
def names() -> list[str]:
    """The experiments, in alphabetical order."""
    return sorted(path.parent.name for path in Path(__file__).parent.glob("*/settings.py"))


def module(experiment: str, part: str) -> ModuleType:
    """A module of an experiment: "settings", "claims", "figure", "judge", "numbers", or one that computes.

    Raises:
        UserError: there is no such experiment.
    """
    if experiment not in names():
        raise UserError(f"there is no experiment {experiment!r}; there are: {', '.join(names())}")
    return importlib.import_module(f"rankcollapse.experiments.{experiment}.{part}")


@cache
def section(experiment: str) -> type[Section]:
    """The section of an experiment in the settings: the one class of its module `settings` that is a `Section`.

    Raises:
        UserError: there is no such experiment, or its settings are not exactly one `Section`.
    """
    settings = module(experiment, "settings")
    own = [value for value in vars(settings).values() if getattr(value, "__module__", None) == settings.__name__]
    found = [value for value in own if isinstance(value, type) and issubclass(value, Section)]
    if len(found) != 1:
        raise UserError(f"{settings.__file__} must define exactly one Section, it defines {len(found)}")
    return found[0]


def frames(experiment: str) -> dict[str, type[Cell]]:
    """The frames of an experiment, `EXPERIMENT.PART`: the type of the cells of each."""
    return {f"{experiment}.{part}": cell for part, cell in section(experiment).FRAMES.items()}


def cell_type(frame: str) -> type[Cell]:
    """The type of the cells of a frame.

    Raises:
        UserError: there is no such frame.
    """
    experiment = frame.partition(".")[0]
    if experiment not in names() or frame not in frames(experiment):
        known = [name for experiment in names() for name in frames(experiment)]
        raise UserError(f"there is no frame {frame!r}; a frame is EXPERIMENT.PART, one of: {', '.join(known)}")
    return frames(experiment)[frame]


def needed(experiment: str) -> list[str]:
    """The frames that the figure, judge and numbers of an experiment read: its own, and those it uses."""
    return [*frames(experiment), *section(experiment).USES]
