"""Settings of Figure 2."""

from typing import Self

from pydantic import model_validator

from rankcollapse.experiments.base import Grid, Settings, product
from rankcollapse.parameters import Chains, Count, Width


class DeepSettings(Settings):
    """Figure 2: rank of very deep random networks, linear, ReLU and tanh, with and without BN."""

    width: Width
    """units of every layer, and samples in the batch"""
    layers: Count
    """depth"""
    stride: Count
    """layers between two measurements"""
    chains: Chains
    """random networks"""

    @model_validator(mode="after")
    def _something_is_measured(self) -> Self:
        if self.stride > self.layers:
            raise ValueError(f"stride is {self.stride}; it should be at most the {self.layers} layers")
        return self

    def grids(self) -> dict[str, Grid]:
        """The frames of this experiment, each computed by the module of that name."""
        cells = product(activation=["identity", "relu", "tanh"], variant=["vanilla", "bn"])
        return {
            "chain": Grid(stage="chains", dataset=None, cells=cells, fixed=self.model_dump(), together=("variant",))
        }
