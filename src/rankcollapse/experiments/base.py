"""What an experiment declares of itself: its frames, their cells, its section in the settings of a scale."""

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from rankcollapse.experiments.parameters import Parameters

IMAGE = 32 * 32  # numbers in the smallest image that a convolutional network takes


class Cell(Parameters):
    """The parameters of one cell of a frame; a module's `run(cell, ...)` computes it.

    Attributes:
        COMPUTED_BY: the module of the experiment whose `run` computes the cell.
        CONSTANTS: the parameters that are columns of the frame, in order; they describe themselves.
        COLUMNS: what is measured, with descriptions and units, after them. None stands for a parameter of the cell
            that has its place here.
    """

    COMPUTED_BY: ClassVar[str]
    CONSTANTS: ClassVar[tuple[str, ...]] = ()
    COLUMNS: ClassVar[dict[str, str | None]]

    @classmethod
    def columns(cls) -> dict[str, str]:
        """The columns of the frame, in order, with their descriptions."""
        named = dict.fromkeys(cls.CONSTANTS) | cls.COLUMNS
        fields = cls.model_fields
        return {name: text or " ".join(fields[name].description.split()) for name, text in named.items()}

    def least_bytes(self) -> int:
        """Bytes that it takes at least: one state of every network, in single precision.

        A lower bound, from the names that parameters of all experiments share; much more may be needed.
        """
        members = max(getattr(self, name, 1) for name in ("seeds", "chains", "states"))
        width = getattr(self, "width", 1)
        units = width if isinstance(width, int) else IMAGE  # of a convolutional network it is a factor
        return members * units * getattr(self, "batch_size", 1) * 4

    def constants(self) -> dict[str, Any]:
        """The values of the parameters that are columns."""
        return {name: getattr(self, name) for name in self.columns() if name in type(self).model_fields}


class Derived(Cell):
    """A frame that is computed from other frames, without parameters of its own: a bound.

    Attributes:
        FROM: the frames it is computed from; `compute(frames)` of the module does it.
    """

    FROM: ClassVar[tuple[str, ...]]


class Section(Parameters):
    """The section of an experiment in the settings of a scale.

    Attributes:
        FRAMES: the type of the cells of each frame of the experiment.
        USES: frames of other experiments that its figure, judge and numbers read beside its own.
    """

    FRAMES: ClassVar[dict[str, type[Cell]]] = {}
    USES: ClassVar[tuple[str, ...]] = ()

    def grids(self) -> dict[str, "Grid"]:
        """The cells of each frame that is computed from cells."""
        return {}


@dataclass(frozen=True)
class Grid:
    """The cells that make up one frame.

    A job computes one cell, or several that differ in `together` only: a start takes two seconds, and small cells less.

    Attributes:
        stage: name of the workflow rule that runs them.
        cell: type of the cells.
        axes: for every cell the parameters that vary between cells; they name its file.
        given: the other parameters: sections of the settings, or mappings; a later one counts before an earlier one,
            and what the cell does not have is left out.
        memory: MB that a job takes at most, on a CPU.
        together: parameters in which the cells of a job may differ.

    Raises:
        ValueError: a cell lacks a parameter, has a value that it cannot have, or no name for its job.
    """

    stage: str
    cell: type[Cell]
    axes: list[dict[str, Any]]
    given: tuple[Parameters | dict[str, Any], ...]
    memory: int = 3000
    together: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for axis in self.axes:
            self.cell.model_validate(self.fixed | axis)
            if not axis.keys() - set(self.together):
                raise ValueError(f"cells of {self.cell.__name__} vary in {self.together} only: nothing names their job")

    @cached_property
    def fixed(self) -> dict[str, Any]:
        """The parameters that all cells share."""
        values = {name: value for section in self.given for name, value in dict(section).items()}
        return {name: value for name, value in values.items() if name in self.cell.model_fields}

    @property
    def dataset(self) -> str | None:
        """The data set that the cells read, or None."""
        return self.fixed.get("dataset")

    def jobs(self) -> list[dict[str, Any]]:
        """For every job what its cells share, which names its file; under `each` the other parameters of each."""
        jobs: dict[tuple, list[dict[str, Any]]] = {}
        for axis in self.axes:
            shared = tuple((name, value) for name, value in axis.items() if name not in self.together)
            jobs.setdefault(shared, []).append({name: axis[name] for name in self.together})
        return [dict(shared) | ({"each": each} if self.together else {}) for shared, each in jobs.items()]


def compared(settings: Section, part: str, depths: list[int], trained: list[int]) -> Section:
    """The settings, if `part` has only depths whose networks are trained otherwise too: they are compared.

    Raises:
        ValueError: it has others.
    """
    if others := sorted(set(depths) - set(trained)):
        raise ValueError(f"{part}.depths has {others}; it must be of the depths {trained} that it is compared with")
    return settings


def product(**axes: list[Any]) -> list[dict[str, Any]]:
    """All combinations of the values of several parameters."""
    return [dict(zip(axes, point, strict=True)) for point in itertools.product(*axes.values())]
