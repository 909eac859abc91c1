"""Settings of Figure 3b."""

from typing import Annotated

from pydantic import Field

from rankcollapse.experiments.base import Grid, Settings
from rankcollapse.parameters import Chains, Count, Noise


class EscapeSettings(Settings):
    """Figure 3b: escape of a linear BN network from a state of rank one."""

    width: Annotated[int, Field(ge=12)]
    """units of every layer, and samples in the batch"""
    layers: Count
    """depth"""
    noise: Noise
    """standard deviation of the noise added to the rank-one state"""
    chains: Chains
    """random networks"""

    def grids(self) -> dict[str, Grid]:
        """The frames of this experiment, each computed by the module of that name."""
        return {"chain": Grid(stage="chains", dataset=None, cells=[{"gamma": 1.0}], fixed=self.model_dump())}
