"""Settings of the bounds."""

from typing import Annotated, ClassVar

from pydantic import Field

from rankcollapse.experiments.base import Grid, Settings
from rankcollapse.parameters import Widths


class BoundsSettings(Settings):
    """Bounds: the drift identity by Monte Carlo; the rest is computed from the chains of `width`."""

    uses: ClassVar[list[str]] = ["width.chain", "bounds.theorem"]
    widths: Widths
    """units of every layer, and samples in the batch"""
    gamma: Annotated[float, Field(gt=0, le=0.1)]
    """strength γ of the layer beside its skip connection; the identity holds to second order in it"""
    states: Annotated[int, Field(ge=3)]
    """states M, of widely differing spectra, at which the drift is measured"""
    draws: Annotated[int, Field(ge=100)]
    """antithetic pairs of weights at each state, at the largest width; proportionally more at smaller ones"""

    def grids(self) -> dict[str, Grid]:
        """The frames of this experiment, each computed by the module of that name."""
        widest = max(self.widths)
        cells = [{"gamma": self.gamma, "width": width, "draws": self.draws * widest // width} for width in self.widths]
        fixed = {"states": self.states}
        return {"drift": Grid(stage="chains", dataset=None, cells=cells, fixed=fixed, together=("width", "draws"))}
