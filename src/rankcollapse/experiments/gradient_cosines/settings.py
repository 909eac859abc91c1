"""Settings of directional vanishing and the cells they stand for."""

from typing import ClassVar, get_args

from rankcollapse.experiments.base import Grid, Section, product
from rankcollapse.experiments.gradient_cosines.cells import GradientCell, GradientParameters
from rankcollapse.theory.terms import Variant


class GradientCosinesSettings(GradientParameters, Section):
    """Directional vanishing: cosines between per-sample gradients at initialization, against depth and rank."""

    FRAMES: ClassVar = {"gradients": GradientCell}

    def grids(self) -> dict[str, Grid]:
        """One cell with BN and one without."""
        axes = product(variant=list(get_args(Variant)))
        return {"gradients": Grid("rank_at_initialization", GradientCell, axes, (self,))}
