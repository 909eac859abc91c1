"""Settings of Figure 4 and the cells they stand for."""

from typing import ClassVar, Self, get_args

from pydantic import model_validator

from rankcollapse.experiments.base import Grid, Section, compared, product
from rankcollapse.experiments.parameters import ComparedDepths, Depths, Parameters
from rankcollapse.experiments.pretraining.cells import PretrainingCell, PretrainingParameters
from rankcollapse.theory.terms import Variant


class RawSettings(Parameters):
    """Pixels from 0 to 255, as in the release (D6); all else as in `pretraining`."""

    depths: ComparedDepths


class PretrainingSettings(PretrainingParameters, Section):
    """Figure 4: vanilla networks, vanilla networks after pre-training by rank, and BN networks, at growing depth."""

    FRAMES: ClassVar = {"training": PretrainingCell, "raw": PretrainingCell}

    depths: Depths
    raw: RawSettings

    @model_validator(mode="after")
    def _depths_to_compare(self) -> Self:
        return compared(self, "raw", self.raw.depths, self.depths)

    def grids(self) -> dict[str, Grid]:
        """One cell for each depth, with and without BN."""

        def grid(depths: list[int], **other: str) -> Grid:
            axes = product(variant=list(get_args(Variant)), depth=depths)
            return Grid("training", PretrainingCell, axes, (self, other))

        return {"training": grid(self.depths), "raw": grid(self.raw.depths, pixels="raw")}
