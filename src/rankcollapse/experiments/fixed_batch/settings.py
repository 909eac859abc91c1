"""Settings of wide networks on small batches."""

from typing import ClassVar, get_args

from rankcollapse.experiments.base import Grid, Section, product
from rankcollapse.experiments.fixed_batch.cells import ChainCell, Network, Shared


class FixedBatchSettings(Shared, Section):
    """Wide networks on a small batch: rank and distance from orthogonality against width."""

    FRAMES: ClassVar = {"chain": ChainCell}

    def grids(self) -> dict[str, Grid]:
        """The cells of each frame."""
        return {"chain": Grid("chains", ChainCell, product(activation=list(get_args(Network))), (self,))}
