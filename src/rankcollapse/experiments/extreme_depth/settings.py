"""Settings of Figure 2."""

from typing import ClassVar, Self, get_args

from pydantic import model_validator

from rankcollapse.experiments.base import Grid, Section, product
from rankcollapse.experiments.extreme_depth.cells import ChainCell, Shared
from rankcollapse.theory.terms import Activation, Variant


class ExtremeDepthSettings(Shared, Section):
    """Figure 2: rank of very deep random networks, linear, ReLU and tanh, with and without BN."""

    FRAMES: ClassVar = {"chain": ChainCell}

    @model_validator(mode="after")
    def _something_is_measured(self) -> Self:
        if self.stride > self.layers:
            raise ValueError(f"stride is {self.stride}; it should be at most the {self.layers} layers")
        return self

    def grids(self) -> dict[str, Grid]:
        """The cells of each frame."""
        axes = product(activation=list(get_args(Activation)), variant=list(get_args(Variant)))
        return {"chain": Grid("chains", ChainCell, axes, (self,), together=("variant",))}
