"""Settings of the number of directions that survive."""

from typing import Annotated, ClassVar

from pydantic import Field

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

    def grids(self) -> dict[str, Grid]:
        """The cells of each frame."""
        axes = [
            family.model_dump(exclude={"widths"}) | {"width": width}
            for family in self.families
            for width in family.widths
        ]
        return {"spectrum": Grid("spectra", SpectrumCell, axes, (self,), together=("width",))}
