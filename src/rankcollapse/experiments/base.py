"""What every experiment declares of itself: typed settings and the grid of cells they stand for."""

import itertools
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rankcollapse.datasets.catalogue import catalogue


class Settings(BaseModel):
    """Base of all settings: strict types, unknown keys refused, docstrings of fields are their descriptions."""

    uses: ClassVar[list[str]] = []
    """frames of others that an experiment's figure, claims and numbers read beside its own"""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


def _in_catalogue(name: str) -> str:
    if name not in catalogue():
        raise ValueError(f"Input should be one of the catalogue: {', '.join(catalogue())}")
    return name


DataSetName = Annotated[str, AfterValidator(_in_catalogue), Field(json_schema_extra={"enum": list(catalogue())})]


@dataclass(frozen=True)
class Grid:
    """The cells that make up one frame; `run` of the module named like the frame computes one cell.

    A job computes one cell, or several that differ in `together` only: a start takes two seconds, and small cells less.

    Attributes:
        stage: name of the workflow rule that runs them.
        dataset: data set that a cell reads, or None.
        cells: for every cell the arguments of `run` that vary between cells; they name its file.
        fixed: the other arguments of `run`.
        memory: MB that a job takes at most, on a CPU.
        together: arguments in which the cells of a job may differ.
    """

    stage: str
    dataset: str | None
    cells: list[dict[str, Any]]
    fixed: dict[str, Any]
    memory: int = 3000
    together: tuple[str, ...] = ()

    def jobs(self) -> list[dict[str, Any]]:
        """For every job what its cells share, which names its file; under `each` the other arguments of each."""
        jobs: dict[tuple, list[dict[str, Any]]] = {}
        for cell in self.cells:
            shared = tuple((name, value) for name, value in cell.items() if name not in self.together)
            jobs.setdefault(shared, []).append({name: cell[name] for name in self.together})
        return [dict(shared) | ({"each": each} if self.together else {}) for shared, each in jobs.items()]


def compared(settings: Settings, part: str, depths: list[int], trained: list[int]) -> Settings:
    """The settings, if `part` has only depths whose networks are trained otherwise too: they are compared.

    Raises:
        ValueError: it has others.
    """
    if others := sorted(set(depths) - set(trained)):
        raise ValueError(f"{part}.depths has {others}; it must be of the depths {trained} that it is compared with")
    return settings


def product(**axes: list[Any]) -> list[dict[str, Any]]:
    """All combinations of the values of several arguments."""
    return [dict(zip(axes, point, strict=True)) for point in itertools.product(*axes.values())]
