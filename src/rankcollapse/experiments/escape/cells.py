"""The cell of Figure 3b."""

from typing import Annotated, ClassVar

from pydantic import Field

from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.columns import CHAIN
from rankcollapse.experiments.parameters import Count, Gamma, Noise, WithChains


class Shared(WithChains):
    """What the settings say of the cell."""

    width: Annotated[int, Field(ge=12)]
    """units of every layer, and samples in the batch"""
    layers: Count
    """depth"""
    noise: Noise
    """standard deviation of the Gaussian noise added to the rank-one state, whose entries are of order one"""


class ChainCell(Shared, Cell):
    """Chains that start from a state of nearly rank one."""

    COMPUTED_BY: ClassVar = "chain"
    CONSTANTS: ClassVar = ("width", "gamma")
    COLUMNS: ClassVar = {
        **CHAIN,
        "index": "number of the eigenvalue of M, the largest is 1",
        "eigenvalue": "eigenvalue of M, Tr M = d",
    }

    gamma: Gamma
