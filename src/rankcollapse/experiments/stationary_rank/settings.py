"""Settings of Figure 3a."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from rankcollapse.experiments.base import Grid, Section
from rankcollapse.experiments.parameters import Count, Distinct, Gamma
from rankcollapse.experiments.stationary_rank.cells import ChainCell, Shared, Size

SLOW = 1.0  # γ below which `slow_layers` counts


class Point(Size):
    """One width, and how long it is run: wider networks relax in fewer layers and cost more a layer."""

    layers: Count
    """depth at γ of one and more, where a chain relaxes within about √d layers"""
    slow_layers: Count
    """depth at smaller γ, which slow a chain down by γ²"""


class StationaryRankSettings(Shared, Section):
    """Figure 3a: rank of linear networks with scale-only BN in stationarity, against width."""

    FRAMES: ClassVar = {"chain": ChainCell}

    gammas: Annotated[list[Gamma], Field(min_length=1), Distinct]
    """strengths γ of the layer beside its skip connection; `inf` for no skip connection"""
    points: Annotated[list[Point], Field(min_length=1)]
    """widths with their depth and number of chains"""

    @model_validator(mode="after")
    def _chains_can_be_measured(self) -> Self:
        widths = [point.width for point in self.points]
        if len(set(widths)) < len(widths):
            raise ValueError(f"points should have distinct widths, got {widths}")
        for point in self.points:
            if min(point.layers, point.slow_layers) < self.measurements:
                raise ValueError(f"width {point.width} has fewer layers than the {self.measurements} measurements")
        return self

    def grids(self) -> dict[str, Grid]:
        """The cells of each frame."""
        axes = [
            {
                "gamma": gamma,
                "width": point.width,
                "layers": point.layers if float(gamma) >= SLOW else point.slow_layers,
                "chains": point.chains,
            }
            for gamma in self.gammas
            for point in self.points
        ]
        return {"chain": Grid("chains", ChainCell, axes, (self,), together=("gamma", "layers"))}
