"""The cells of the experiment that sets rank and scale apart."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.columns import OUTCOME, RATIO, SEARCHED, TRIED
from rankcollapse.experiments.parameters import BatchSize, Count, Depth, Depths, OfData, Parameters, StepSize, Trained
from rankcollapse.theory.terms import Variant

Network = Literal[
    "default", "without_biases", "glorot", "he", "he_with_biases", "orthogonal", "layer_norm", "residual", "bn"
]  # fmt: skip
Factors = Literal["none", "scale", "rank_and_scale"]
Seeds = Annotated[int, Field(ge=3)]

BEFORE = {
    "numerical_rank": "singular values above σ_max·max(d, N)·eps, float32",
    **RATIO,
    "centred_participation_ratio": "the same of the state less its mean over the batch",
    "mean_square_root": "root of the mean square of the state; ranks are missing where it underflows",
}


class OfNetwork(OfData):
    """Networks of one kind."""

    network: Network
    """kind of ReLU network: default (PyTorch's initialization), without_biases (its weights, biases zero), glorot,
    he, he_with_biases (He's weights, PyTorch's biases), orthogonal, layer_norm (He), residual (He, branches scaled by
    one over the root of their number), bn (PyTorch's initialization, batch normalization)"""

    @property
    def variant(self) -> Variant:
        """With batch normalization, or without."""
        return "bn" if self.network == "bn" else "vanilla"


class StatesParameters(Parameters):
    """States before training; one cell a kind of network."""

    depths: Depths
    batch_size: BatchSize
    """samples in a batch, which bound the rank"""
    seeds: Seeds
    """random networks, each with a random batch of its own"""


class StatesCell(StatesParameters, OfNetwork, Cell):
    """Rank and scale of the states of deep networks, and gradients in their layers, before training."""

    COMPUTED_BY: ClassVar = "states"
    CONSTANTS: ClassVar = ("dataset", "width", "batch_size", "network")
    COLUMNS: ClassVar = {
        "depth": "hidden-to-hidden layers before the measured state",
        "seed": "number of the random network and its random batch",
        **BEFORE,
        "predicted_rank": "numerical rank that theory predicts for this batch (theory.rank_prediction); missing for "
        "networks with normalization, skip connections or orthogonal weights",
        "gradient_norm": "norm of the loss's gradient in the weights of the layer that makes the state, the network "
        "having the greatest depth",
    }


class TrainingParameters(Trained, OfData):
    """How networks are changed before training, and trained."""

    lifting_batches: Count
    """random batches of pre-training on the last hidden state"""
    lifting_steps: Count
    """gradient steps of pre-training on each batch"""
    lifting_step_size: StepSize
    """size of a step of pre-training on the last hidden state"""
    layerwise_every: Count
    """layer-wise pre-training raises the rank of every so many-th hidden layer, on one batch"""
    layerwise_steps: Count
    """gradient steps at each of these layers"""
    layerwise_step_size: StepSize
    """size of a step of layer-wise pre-training"""
    seeds: Seeds
    """networks; those of one seed have the same weights (in their law) and order of data in all variants"""


class TrainingCell(TrainingParameters, OfNetwork, Cell):
    """Networks of one kind and depth, their rank and scale as drawn or changed, before and after training."""

    COMPUTED_BY: ClassVar = "training"
    CONSTANTS: ClassVar = ("dataset", "width", "batch_size", "epochs", "network", "depth")
    COLUMNS: ClassVar = {
        "rank": "drawn, last (raised by pre-training on the last hidden state) or layerwise (by layer-wise "
        "pre-training); pre-training begins after every state was given mean square one",
        "scale": "drawn (every state has the scale of the network as drawn), or held (mean square one at every layer)",
        **SEARCHED,
        "seed": "number of the network; the same seed is the same weights (in their law) and order of data in all",
        **TRIED,
        **{name: f"before training, last hidden state: {text}" for name, text in BEFORE.items()},
        **OUTCOME,
        "diverged": "whether the loss is not finite",
    }

    depth: Depth
    """hidden-to-hidden layers `h`"""
    factors: Factors
    """what is varied: none (networks as drawn), scale, or rank and scale"""
