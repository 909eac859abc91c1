"""The cells of Figure 4."""

from typing import ClassVar, Literal

from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.columns import OUTCOME, SEARCHED, STEPS
from rankcollapse.experiments.parameters import Count, Depth, OfData, StepSize, Tau, Trained
from rankcollapse.theory.terms import Variant
from rankcollapse.training.history import HISTORY


class PretrainingParameters(Trained, OfData):
    """How networks are pre-trained and trained, at every depth."""

    pretraining_batches: Count
    """random batches of pre-training, on the last hidden state"""
    pretraining_steps: Count
    """gradient steps of pre-training on each batch"""
    pretraining_step_size: StepSize
    """size of a step of pre-training"""
    tau: Tau


class PretrainingCell(PretrainingParameters, Cell):
    """The course of training of networks of one depth: with BN, or without it, pre-trained and not."""

    COMPUTED_BY: ClassVar = "training"
    CONSTANTS: ClassVar = ("dataset", "width", "batch_size", "variant", "depth", "pixels")
    COLUMNS: ClassVar = {
        "variant": "vanilla, pretrained (vanilla after pre-training) or bn",
        **SEARCHED,
        "seed": "number of the network; the same seed is the same initial weights and order of data in all variants",
        "pretraining_steps": "gradient steps of pre-training before the first step of training",
        **STEPS,
        **HISTORY,
        **OUTCOME,
    }

    variant: Variant
    """bn for networks with BN; vanilla for networks without, with and without pre-training"""
    depth: Depth
    """hidden-to-hidden layers `h`"""
    pixels: Literal["scaled", "raw"] = "scaled"
    """scaled to [0, 1], or raw from 0 to 255 as in the release (D6)"""
