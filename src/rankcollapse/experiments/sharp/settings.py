"""Settings of the sharp rank."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rankcollapse.experiments.base import Grid, Settings
from rankcollapse.parameters import Chains, Count, Distinct, Gamma, WeightLaw


class Family(Settings):
    """Networks that differ in width only."""

    gamma: Gamma
    """strength γ of the layer beside its skip connection; `inf` for no skip connection"""
    weights: WeightLaw
    """law of the weights"""
    normalization: Literal["scale", "full"]
    """scale-only or full (centred) BN"""
    widths: Annotated[list[Annotated[int, Field(ge=4)]], Field(min_length=1), Distinct]
    """units of every layer"""
    layers: Count
    """depth over which growth is averaged"""


class SharpSettings(Settings):
    """The sharp rank: number of neutral Lyapunov exponents of linear BN networks."""

    uses: ClassVar[list[str]] = ["width.chain"]
    families: Annotated[list[Family], Field(min_length=1)]
    """kinds of networks, each with its widths"""
    chains: Chains
    """random networks"""

    def grids(self) -> dict[str, Grid]:
        """The frames of this experiment, each computed by the module of that name."""
        cells = [
            family.model_dump(exclude={"widths"}) | {"width": width}
            for family in self.families
            for width in family.widths
        ]
        return {
            "spectrum": Grid(
                stage="spectra", dataset=None, cells=cells, fixed={"chains": self.chains}, together=("width",)
            )
        }
