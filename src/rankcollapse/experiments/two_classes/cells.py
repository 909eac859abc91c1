"""The cells of the two-class problems."""

from typing import ClassVar

from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.columns import OUTCOME, SEARCHED, TRIED
from rankcollapse.experiments.parameters import Count, Depth, OfData, Trained
from rankcollapse.theory.terms import Variant


class PairsParameters(Trained, OfData):
    """What is learned and how, at every depth, with and without BN."""

    seeds: Count
    """pairs of classes, a random sample of all, or all if there are no more; a network each, whose weights and order
    of data are the same in both variants"""


class PairsCell(PairsParameters, Cell):
    """Training accuracy on pairs of classes of networks of one depth, with or without BN."""

    COMPUTED_BY: ClassVar = "training"
    CONSTANTS: ClassVar = ("dataset", "width", "batch_size", "epochs", "variant", "depth")
    COLUMNS: ClassVar = {
        **SEARCHED,
        "first": "one of the two classes",
        "second": "the other",
        "pairs_in_all": "pairs of classes that the data set has",
        **TRIED,
        **OUTCOME,
        "diverged": "whether the loss is not finite",
    }

    variant: Variant
    """vanilla, or bn for batch normalization before every ReLU"""
    depth: Depth
    """hidden-to-hidden layers `h`"""
