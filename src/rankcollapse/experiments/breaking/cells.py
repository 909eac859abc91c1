"""The cells of Figure 6."""

from typing import ClassVar, Literal

from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.columns import STEPS
from rankcollapse.experiments.parameters import Count, OfData, Seeds, StepSize, Tau
from rankcollapse.theory.terms import Variant
from rankcollapse.training.history import HISTORY


class BreakingParameters(OfData):
    """How networks are pre-trained and trained, with and without BN."""

    layers: Count
    """hidden layers"""
    epochs: Count
    """passes over the training set"""
    step_size: StepSize
    """step size of SGD, the same for all variants"""
    seeds: Seeds
    """networks of each variant"""
    every: Count
    """pre-training raises the rank of every so many-th hidden layer, one after the other, on one batch"""
    little: Count
    """gradient steps at each of these layers, little pre-training"""
    much: Count
    """gradient steps at each of these layers, much pre-training"""
    pretraining_step_size: StepSize
    """size of a step of pre-training"""
    measurements: Count
    """times at which loss and rank are recorded, evenly over the training, and once before the first step"""
    tau: Tau


class BreakingCell(BreakingParameters, Cell):
    """The course of training: with BN, weights of both signs or of one; without it, after none to much pre-training."""

    COMPUTED_BY: ClassVar = "training"
    CONSTANTS: ClassVar = (
        "dataset",
        "width",
        "layers",
        "batch_size",
        "step_size",
        "variant",
        "activation",
        "one_signed",
    )
    COLUMNS: ClassVar = {
        "variant": "vanilla, little, much (vanilla after so much pre-training), bn, "
        "one-signed (bn, weights of one sign)",
        "seed": "number of the network; variants without BN start from the same weights; "
        "data orders are the same in all",
        "pretraining_steps": "gradient steps of pre-training before the first step of training",
        **STEPS,
        **HISTORY,
    }

    variant: Variant
    """bn for the networks with BN, vanilla for those without"""
    activation: Literal["relu", "tanh"] = "relu"
    """relu, or tanh as in the BN networks of the release (D8)"""
    one_signed: Literal["weights", "all"] = "weights"
    """what one-signed networks have of one sign: weights (U[0, 2a]), or all as in the release (U[0, 0.1], gains and
    shifts of BN too; D8). With all, only these are trained: those with both signs are the same as with weights"""
