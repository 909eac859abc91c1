"""The cells of Figure 2."""

from typing import ClassVar

from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.columns import CHAIN, RATIO
from rankcollapse.experiments.parameters import Count, Width, WithChains
from rankcollapse.theory.terms import Activation, Variant


class Shared(WithChains):
    """What all cells of Figure 2 have in common."""

    width: Width
    """units of every layer, and samples in the batch"""
    layers: Count
    """depth"""
    stride: Count
    """layers between two measurements"""


class ChainCell(Shared, Cell):
    """Random networks of one activation, with or without BN."""

    COMPUTED_BY: ClassVar = "chain"
    CONSTANTS: ClassVar = ("activation", "variant", "width")
    COLUMNS: ClassVar = {
        **CHAIN,
        "numerical_rank": "singular values above σ_max·d·eps, float64",
        **RATIO,
    }

    activation: Activation
    """identity, relu or tanh"""
    variant: Variant
    """bn (full batch normalization) or vanilla (state rescaled to norm one after each layer)"""
