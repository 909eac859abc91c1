"""Settings of Figure 6 and the cells they stand for."""

from typing import ClassVar, Self, get_args

from pydantic import model_validator

from rankcollapse.experiments.base import Grid, Section, product
from rankcollapse.experiments.breaking.cells import BreakingCell, BreakingParameters
from rankcollapse.theory.terms import Variant


class BreakingSettings(BreakingParameters, Section):
    """Figure 6: vanilla networks after no, little and much pre-training; BN networks, weights of both signs or one."""

    FRAMES: ClassVar = {"training": BreakingCell, "release": BreakingCell}
    USES: ClassVar = ("components.blocks", "components.training")  # C10 and C11 are about VGG-19 too

    @model_validator(mode="after")
    def _has_targets(self) -> Self:
        if self.every > self.layers:
            raise ValueError(f"every is {self.every}; a network of {self.layers} layers has no such layer")
        return self

    def grids(self) -> dict[str, Grid]:
        """One cell with BN and one without; and BN networks as in the release, each of its two ways alone and both."""
        release = [
            {"variant": "bn", "activation": activation, "one_signed": parameters}
            for activation, parameters in (("tanh", "weights"), ("relu", "all"), ("tanh", "all"))
        ]
        axes = {"training": product(variant=list(get_args(Variant))), "release": release}
        return {part: Grid("training", BreakingCell, axes[part], (self,)) for part in axes}
