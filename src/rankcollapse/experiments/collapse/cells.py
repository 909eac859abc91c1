"""The cells of the collapse rate without BN."""

from typing import ClassVar

from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.columns import EXPONENT
from rankcollapse.experiments.parameters import SpectrumLayers, Width, WithChains


class SpectrumCell(WithChains, Cell):
    """Lyapunov exponents of linear networks of one width, measured and exact."""

    COMPUTED_BY: ClassVar = "spectrum"
    CONSTANTS: ClassVar = ("width", "layers")
    COLUMNS: ClassVar = {
        **EXPONENT,
        "exact": "Newman's exponent, nats a layer",
    }

    width: Width
    """units of every layer, and samples in the batch"""
    layers: SpectrumLayers
    """depth over which growth is averaged"""
