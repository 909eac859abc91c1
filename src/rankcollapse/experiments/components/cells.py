"""The cells of Figure 5."""

from typing import Annotated, ClassVar, NamedTuple

from pydantic import Field

from rankcollapse.experiments import parameters
from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.columns import OUTCOME, SEARCHED, STEPS
from rankcollapse.experiments.parameters import (
    BatchSize,
    Count,
    Multiplier,
    Normalizations,
    Parameters,
    Start,
    StepSize,
)
from rankcollapse.theory.terms import Architecture, Normalization, Precision
from rankcollapse.training.history import HISTORY

# parameters of cells that have another name in the settings
ProbeSize = Annotated[
    BatchSize, Field(description="samples N in the batch on which rank is measured, and of pre-training")
]
Every = Annotated[
    int, Field(ge=1, le=8, description="pre-training raises the rank after every so many-th block; VGG-11 has 8")
]
Steps = Annotated[Count, Field(description="gradient steps of pre-training at each of these blocks")]
LiftingStep = Annotated[StepSize, Field(description="size of a step of pre-training")]


class Variant(NamedTuple):
    """What is done to a network so that its rank does not collapse."""

    normalization: Normalization
    initialization: Start

    def suits(self, architecture: Architecture) -> bool:
        """Whether there is such a network: pre-training is for VGG without normalization."""
        return self.initialization != "pretrained" or (self.normalization == "none" and architecture.startswith("vgg"))


class Images(Parameters):
    """What all cells of Figure 5 have in common."""

    dataset: parameters.DataSetName
    """data set of the catalogue; images of 28×28 are padded to 32×32"""


class RankParameters(Images):
    """What all cells that measure rank at initialization have in common."""

    seeds: parameters.Seeds
    """random networks whose rank is measured at initialization"""


class NormalizationParameters(Parameters):
    """Networks that differ in their normalization."""

    normalizations: Normalizations
    """what stands before every ReLU; `weight` normalizes the weights instead; `group` takes eight channels, or all of a
    layer where eight do not divide them"""


class VariantParameters(NormalizationParameters):
    """Networks with every normalization and every initialization."""

    initializations: parameters.Starts
    """laws of the weights; `pretrained` is for VGG without normalization only"""


class NetworkParameters(Images):
    """A network, and its pre-training if it has one: from He's initialization, on one batch."""

    architecture: Architecture
    """network"""
    width: Multiplier
    """multiplier of its channels"""
    probe_size: ProbeSize
    pretraining_every: Every
    pretraining_steps: Steps
    pretraining_step_size: LiftingStep


class BlocksCell(VariantParameters, NetworkParameters, RankParameters, Cell):
    """Rank after every block of all variants of one architecture at initialization."""

    COMPUTED_BY: ClassVar = "blocks"
    CONSTANTS: ClassVar = ("dataset", "probe_size", "architecture", "width")
    COLUMNS: ClassVar = {
        "normalization": "what stands before every ReLU: none, center, scale, full (BN), layer, group; or weight",
        "initialization": "law of the weights; pretrained: after pre-training by rank from he_normal",
        "seed": "number of the random network; the same seed is the same weights (in their law) for all normalizations",
        "block": "blocks before the measured state, counted from 1",
        "blocks": "blocks of the network",
        "features": "numbers d in the state of an image: channels × height × width",
        "numerical_rank": "singular values of the state (d, N) above σ_max·max(d, N)·eps, float32; "
        "missing if not finite",
        "participation_ratio": "(Tr M)² / ‖M‖_F² of the state (d, N); missing if not finite",
    }


class TrainingParameters(parameters.Trained):
    """How networks are trained."""

    samples: Count
    """training images, drawn anew for every network"""
    batch_size: BatchSize
    """samples in a step"""
    augmentation: bool
    """whether images are moved by up to 4 pixels and mirrored at random"""
    precision: Precision
    """of the products in the steps; `bfloat16` is mixed precision"""
    measurements: Count
    """times at which loss and rank are recorded, evenly over the training"""
    tau: parameters.Tau


class TrainingCell(TrainingParameters, NetworkParameters, Cell):
    """Training of one variant of one architecture, or of some of its seeds."""

    COMPUTED_BY: ClassVar = "training"
    CONSTANTS: ClassVar = (
        "dataset", "samples", "augmentation", "precision", "batch_size", "probe_size",
        "architecture", "width", "normalization", "initialization",
    )  # fmt: skip
    COLUMNS: ClassVar = {
        **SEARCHED,
        "seed": "number of the network; the same seed is the same weights (in their law) and data in all variants",
        **STEPS,
        **HISTORY,
        **OUTCOME,
    }

    normalization: Normalization
    """what stands before every ReLU: none, center, scale, full (BN), layer, group; or weight"""
    initialization: Start
    """law of the weights; pretrained: after pre-training by rank from he_normal"""
    first_seed: Annotated[int, Field(ge=0)] = 0
    """number of the first of its networks"""
