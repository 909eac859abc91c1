"""Settings of the two-class problems and the cells they stand for."""

from typing import ClassVar, Self, get_args

from pydantic import model_validator

from rankcollapse.datasets.catalogue import find
from rankcollapse.experiments.base import Grid, Section, product
from rankcollapse.experiments.parameters import Depths
from rankcollapse.experiments.two_classes.cells import PairsCell, PairsParameters
from rankcollapse.theory.terms import Variant


class TwoClassesSettings(PairsParameters, Section):
    """Two-class problems: pairs of classes of a data set, learned by vanilla and BN networks of growing depth."""

    FRAMES: ClassVar = {"training": PairsCell}

    depths: Depths

    @model_validator(mode="after")
    def _batch_fits(self) -> Self:
        data = find(self.dataset)
        if self.batch_size > (most := data.samples["train"] * 2 // data.classes):
            raise ValueError(f"batch_size is {self.batch_size}; two classes have {most} images, use at most that")
        return self

    def grids(self) -> dict[str, Grid]:
        """One cell for each depth, with and without BN."""
        axes = product(variant=list(get_args(Variant)), depth=self.depths)
        return {"training": Grid("training", PairsCell, axes, (self,))}
