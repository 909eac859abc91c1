"""The cells of Figure 3a."""

from typing import Annotated, ClassVar

from pydantic import Field

from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.columns import CHAIN
from rankcollapse.experiments.parameters import Count, Gamma, Parameters, Taus, Width, WithChains


class Shared(Parameters):
    """What all cells of Figure 3a have in common."""

    measurements: Annotated[int, Field(ge=20)]
    """times at which each chain is measured, evenly over its depth"""
    taus: Taus


class Size(WithChains):
    """One width, with its number of chains."""

    width: Width
    """units of every layer, and samples in the batch"""


class ChainCell(Size, Shared, Cell):
    """Chains of one width and one strength γ."""

    COMPUTED_BY: ClassVar = "chain"
    CONSTANTS: ClassVar = ("gamma", "width")
    COLUMNS: ClassVar = {
        **CHAIN,
        "measure": "what was measured, on M scaled to Tr M = d: participation_ratio; stable_rank; soft_rank (with "
        "tau); numerical_rank of H; matrix_rank of M (numpy's rule) and above_1e-9, singular values of M above 1e-9 "
        "(the release plots the mean of these two); F = ‖M‖_F²; cubic = Tr M³; squared_rows = Σ (M²)_ii²",
        "tau": "threshold of the soft rank; missing for other measures",
        "value": "the measured value",
    }

    gamma: Gamma
    layers: Count
    """depth"""
