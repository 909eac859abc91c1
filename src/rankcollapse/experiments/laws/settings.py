"""Settings of the laws and the cells they stand for."""

from typing import ClassVar, get_args

from rankcollapse.experiments.base import Grid, Section, product
from rankcollapse.experiments.laws.cells import (
    AttentionCell,
    AttentionLaw,
    AttentionParameters,
    CosineCell,
    CosineLaw,
    CosineParameters,
    GradientCell,
    GradientLaw,
    GradientParameters,
)


class LawsSettings(Section):
    """Laws on random networks that others derived since the paper."""

    FRAMES: ClassVar = {"gradients": GradientCell, "cosines": CosineCell, "attention": AttentionCell}

    gradients: GradientParameters
    """F1, F4 and F8: gradients and Jacobians"""
    cosines: CosineParameters
    """F2 and F3: the cosine of two inputs"""
    attention: AttentionParameters
    """F5, F6 and F7: attention"""

    def grids(self) -> dict[str, Grid]:
        """One cell a law."""
        return {
            "gradients": Grid("chains", GradientCell, product(law=list(get_args(GradientLaw))), (self.gradients,)),
            "cosines": Grid("chains", CosineCell, product(law=list(get_args(CosineLaw))), (self.cosines,)),
            "attention": Grid("chains", AttentionCell, product(law=list(get_args(AttentionLaw))), (self.attention,)),
        }
