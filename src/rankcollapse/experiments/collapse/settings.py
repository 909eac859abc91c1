"""Settings of the collapse rate without BN."""

from typing import ClassVar

from rankcollapse.experiments.base import Grid, Section
from rankcollapse.experiments.collapse.cells import SpectrumCell
from rankcollapse.experiments.parameters import SpectrumLayers, Widths, WithChains


class CollapseSettings(WithChains, Section):
    """Collapse without BN: measured Lyapunov exponents against Newman's."""

    FRAMES: ClassVar = {"spectrum": SpectrumCell}

    widths: Widths
    """units of every layer"""
    layers: SpectrumLayers
    """depth at the largest width; proportionally more at smaller ones"""

    def grids(self) -> dict[str, Grid]:
        """The cells of each frame."""
        widest = max(self.widths)
        axes = [
            {"chains": self.chains, "width": width, "layers": self.layers * widest // width} for width in self.widths
        ]
        return {"spectrum": Grid("spectra", SpectrumCell, axes, (), together=("width", "layers"))}
