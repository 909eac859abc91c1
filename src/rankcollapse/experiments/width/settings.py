"""Settings of Figure 3a."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from rankcollapse.experiments.base import Grid, Settings
from rankcollapse.parameters import Chains, Count, Distinct, Gamma, Taus, Width

SLOW = 1.0  # γ below which `slow_layers` counts


class Point(Settings):
    """One width, and how long it is run: wider networks relax in fewer layers and cost more a layer."""

    width: Width
    """units of every layer, and samples in the batch"""
    layers: Count
    """depth at γ of one and more, where a chain relaxes within about √d layers"""
    slow_layers: Count
    """depth at smaller γ, which slow a chain down by γ²"""
    chains: Chains
    """random networks"""


class WidthSettings(Settings):
    """Figure 3a: rank of linear networks with scale-only BN in stationarity, against width."""

    gammas: Annotated[list[Gamma], Field(min_length=1), Distinct]
    """strengths γ of the layer beside its skip connection; `inf` for no skip connection"""
    points: Annotated[list[Point], Field(min_length=1)]
    """widths with their depth and number of chains"""
    measurements: Annotated[int, Field(ge=20)]
    """times at which each chain is measured, evenly over its depth"""
    taus: Taus
    """thresholds of the soft rank"""

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
        """The frames of this experiment, each computed by the module of that name."""
        cells = [
            {
                "gamma": gamma,
                "width": point.width,
                "layers": point.layers if float(gamma) >= SLOW else point.slow_layers,
                "chains": point.chains,
            }
            for gamma in self.gammas
            for point in self.points
        ]
        fixed = {"measurements": self.measurements, "taus": self.taus}
        return {"chain": Grid(stage="chains", dataset=None, cells=cells, fixed=fixed, together=("gamma", "layers"))}
