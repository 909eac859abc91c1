"""The cells of Figure 1."""

from typing import ClassVar

from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.columns import OUTCOME, RATIO, SEARCHED, TRIED
from rankcollapse.experiments.parameters import Count, Depth, Depths, OfData, Parameters, Tau, Trained
from rankcollapse.theory.terms import OptimizerKind, Variant


class RankParameters(Parameters):
    """Rank at initialization; one cell for each of vanilla and BN, all depths and seeds in it."""

    depths: Depths
    seeds: Count
    """random networks, each with a random batch of its own"""
    tau: Tau


class RankCell(RankParameters, OfData, Cell):
    """Rank measures of networks of all depths, with or without BN."""

    COMPUTED_BY: ClassVar = "rank"
    CONSTANTS: ClassVar = ("dataset", "width", "batch_size", "variant")
    COLUMNS: ClassVar = {
        "depth": "hidden-to-hidden layers before the measured state",
        "seed": "number of the random network and its random batch",
        "numerical_rank": "singular values above σ_max·max(d, N)·eps, float32",
        **RATIO,
        "tau": None,
        "soft_rank": "eigenvalues of M that are at least tau, M scaled to Tr M = d",
        "stable_rank": "Tr M / λ_max",
    }

    variant: Variant
    """vanilla, or bn for batch normalization before every ReLU"""


class TrainingCell(Trained, OfData, Cell):
    """Training accuracy of networks of one depth, with or without BN."""

    COMPUTED_BY: ClassVar = "training"
    CONSTANTS: ClassVar = ("dataset", "width", "batch_size", "epochs", "variant", "optimizer", "depth")
    COLUMNS: ClassVar = {
        **SEARCHED,
        "seed": "number of the network; the same seed is the same initial weights and order of data in both variants",
        **TRIED,
        **OUTCOME,
        "sampled_accuracy": "accuracy on 1,000 random training images, BN on batch statistics; final networks only",
        "population_accuracy": "accuracy over the whole training set, BN on the statistics of all; final networks only",
        "diverged": "whether the loss is not finite",
    }

    variant: Variant
    """vanilla, or bn for batch normalization before every ReLU"""
    depth: Depth
    """hidden-to-hidden layers `h`"""
    optimizer: OptimizerKind = "sgd"
    """sgd, or adam as the release has it for BN networks (D1)"""
    search: bool = True
    """whether each network chooses its step size; if not, it is trained to the end with each of the grid"""
