"""What every experiment declares of itself: typed settings and the grid of cells they stand for."""

import itertools
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rankcollapse.datasets.catalogue import catalogue


class Settings(BaseModel):
    """Base of all settings: strict types, unknown keys refused, docstrings of fields are their descriptions."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


def _in_catalogue(name: str) -> str:
    if name not in catalogue():
        raise ValueError(f"Input should be one of the catalogue: {', '.join(catalogue())}")
    return name


DataSetName = Annotated[str, AfterValidator(_in_catalogue), Field(json_schema_extra={"enum": list(catalogue())})]


@dataclass(frozen=True)
class Grid:
    """The cells that make up one frame; `run` of the module named like the frame computes one cell.

    Attributes:
        stage: name of the workflow rule that runs them.
        dataset: data set that a cell reads, or None.
        axes: the values that vary from cell to cell, by argument of `run`; a cell is one combination.
        fixed: the other arguments of `run`.
    """

    stage: str
    dataset: str | None
    axes: dict[str, list[Any]]
    fixed: dict[str, Any]

    def cells(self) -> list[dict[str, Any]]:
        """The varying arguments of every cell."""
        points = itertools.product(*self.axes.values())
        return [dict(zip(self.axes, point, strict=True)) for point in points]
