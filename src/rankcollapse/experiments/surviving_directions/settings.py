"""Settings of the number of directions that survive."""

from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from rankcollapse.experiments.base import Grid, Section
from rankcollapse.experiments.parameters import Distinct
from rankcollapse.experiments.surviving_directions.cells import FamilyParameters, FamilyWidth, SpectrumCell, WithChains


class Family(FamilyParameters):
    """Networks that differ in width only."""

    widths: Annotated[list[FamilyWidth], Field(min_length=1), Distinct]
    """units of every layer"""


class SurvivingDirectionsSettings(WithChains, Section):
    """Surviving directions: number of neutral Lyapunov exponents of linear BN networks."""

    FRAMES: ClassVar = {"spectrum": SpectrumCell}
    USES: ClassVar = ("stationary_rank.chain",)

    families: Annotated[list[Family], Field(min_length=1)]
    """kinds of networks, each with its widths"""

    @model_validator(mode="after")
    def _each_network_once(self) -> Self:
        networks = [{**axis, "layers": None} for axis in self._axes()]
        if twice := [network for network in networks if networks.count(network) > 1]:
            raise ValueError(f"families name networks of width {twice[0]['width']} twice")
        return self

    def _axes(self) -> list[dict[str, Any]]:
        return [
            family.model_dump(exclude={"widths"}) | {"width": width}
            for family in self.families
            for width in family.widths
        ]

    def grids(self) -> dict[str, Grid]:
        """The cells of each frame."""
        return {"spectrum": Grid("spectra", SpectrumCell, self._axes(), (self,), together=("width",))}
