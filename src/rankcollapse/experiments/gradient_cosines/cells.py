"""The cells of directional vanishing."""

from typing import ClassVar

from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.parameters import Depths, OfData, Seeds
from rankcollapse.theory.terms import Variant


class GradientParameters(OfData):
    """Networks whose gradients are compared; one cell for each of vanilla and BN, all depths and seeds in it."""

    depths: Depths
    seeds: Seeds
    """random networks at each depth, each with a random batch of its own"""


class GradientCell(GradientParameters, Cell):
    """Cosines between per-sample gradients in networks of all depths, with or without BN."""

    COMPUTED_BY: ClassVar = "gradients"
    CONSTANTS: ClassVar = ("dataset", "width", "batch_size", "variant")
    COLUMNS: ClassVar = {
        "depth": "hidden-to-hidden layers",
        "seed": "number of the random network and its random batch; the networks of all depths are drawn separately",
        "participation_ratio": "(Tr M)² / ‖M‖_F² of the last hidden state",
        "unit_cosine": "mean absolute cosine between two samples' gradients in one output unit's weights, "
        "over all units",
        "matrix_cosine": "mean absolute cosine between two samples' gradients in the whole last weight matrix",
    }

    variant: Variant
    """vanilla, or bn for batch normalization before every ReLU"""
