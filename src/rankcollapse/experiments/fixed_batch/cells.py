"""The cells of wide networks on small batches."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.columns import CHAIN, RATIO
from rankcollapse.experiments.parameters import Tau, Width, Widths, WithChains

Network = Literal["identity", "relu"]  # by its activation


class Shared(WithChains):
    """What all cells have in common."""

    samples: Width
    """samples `N` in the batch"""
    widths: Widths
    """units of every layer"""
    layers: Annotated[int, Field(ge=40)]
    """depth"""
    tau: Tau


class ChainCell(Shared, Cell):
    """Rank and orthogonality of a batch in networks of all widths, with one activation."""

    COMPUTED_BY: ClassVar = "chain"
    CONSTANTS: ClassVar = ("activation",)
    COLUMNS: ClassVar = {
        "width": "units of every layer",
        "samples": None,
        **CHAIN,
        **RATIO,
        "tau": None,
        "soft_rank": "eigenvalues of the Gram matrix of the batch that are at least tau, their mean scaled to one",
        "orthogonality_gap": "‖G/Tr G - I/N‖_F for the Gram matrix G = HᵀH of the batch",
    }

    activation: Network
    """identity (with scale-only BN) or relu (with full BN)"""
