"""Settings of wide networks on small batches."""

from typing import Annotated

from pydantic import Field

from rankcollapse.experiments.base import Grid, Settings, product
from rankcollapse.parameters import Chains, Tau, Width, Widths


class WideSettings(Settings):
    """Wide networks on a small batch: rank and distance from orthogonality against width."""

    samples: Width
    """samples in the batch"""
    widths: Widths
    """units of every layer"""
    layers: Annotated[int, Field(ge=40)]
    """depth"""
    chains: Chains
    """random networks"""
    tau: Tau
    """threshold of the soft rank, for the eigenvalues of the batch's Gram matrix scaled to mean one"""

    def grids(self) -> dict[str, Grid]:
        """The frames of this experiment, each computed by the module of that name."""
        cells = product(activation=["identity", "relu"])
        return {"chain": Grid(stage="chains", dataset=None, cells=cells, fixed=self.model_dump())}
