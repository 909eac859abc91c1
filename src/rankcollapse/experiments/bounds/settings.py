"""Settings of the bounds."""

from typing import ClassVar

from rankcollapse.experiments.base import Grid, Section
from rankcollapse.experiments.bounds.cells import DriftCell, Pairs, Shared, TheoremCell
from rankcollapse.experiments.parameters import Widths


class BoundsSettings(Shared, Section):
    """Bounds: the drift identity by Monte Carlo; the rest is computed from the chains of `stationary_rank`."""

    FRAMES: ClassVar = {"drift": DriftCell, "theorem": TheoremCell}
    USES: ClassVar = ("stationary_rank.chain",)

    widths: Widths
    """units of every layer, and samples in the batch"""
    draws: Pairs
    """antithetic pairs of weights at each state, at the largest width; proportionally more at smaller ones"""

    def grids(self) -> dict[str, Grid]:
        """The cells of each frame."""
        widest = max(self.widths)
        axes = [{"gamma": self.gamma, "width": width, "draws": self.draws * widest // width} for width in self.widths]
        shared = {"states": self.states}
        return {"drift": Grid("chains", DriftCell, axes, (shared,), together=("width", "draws"))}
