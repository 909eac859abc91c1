"""Settings of the collapse rate without BN."""

from rankcollapse.experiments.base import Grid, Settings
from rankcollapse.parameters import Chains, Count, Widths


class CollapseSettings(Settings):
    """Collapse without BN: measured Lyapunov exponents against Newman's."""

    widths: Widths
    """units of every layer"""
    layers: Count
    """depth at the largest width; proportionally more at smaller ones"""
    chains: Chains
    """random networks"""

    def grids(self) -> dict[str, Grid]:
        """The frames of this experiment, each computed by the module of that name."""
        widest = max(self.widths)
        cells = [
            {"width": width, "layers": self.layers * widest // width, "chains": self.chains} for width in self.widths
        ]
        return {"spectrum": Grid(stage="spectra", dataset=None, cells=cells, fixed={}, together=("width", "layers"))}
