"""Settings of Figure 6 and the cells they stand for."""

from typing import ClassVar, Self

from pydantic import model_validator

from rankcollapse.experiments.base import DataSetName, Grid, Settings, product
from rankcollapse.parameters import BatchSize, Count, Seeds, StepSize, Tau


class BreakingSettings(Settings):
    """Figure 6: vanilla networks after no, little and much pre-training; BN networks, weights of both signs or one."""

    uses: ClassVar[list[str]] = ["components.blocks", "components.training"]  # C10 and C11 are about VGG-19 too

    dataset: DataSetName
    """data set of the catalogue"""
    width: Count
    """units of every hidden layer"""
    layers: Count
    """hidden layers"""
    batch_size: BatchSize
    """samples in a batch, in pre-training and in training"""
    epochs: Count
    """passes over the training set"""
    step_size: StepSize
    """step size of SGD, the same for all variants"""
    seeds: Seeds
    """networks of each variant"""
    every: Count
    """pre-training raises the rank of every so many-th hidden layer"""
    little: Count
    """gradient steps at each of these layers, little pre-training"""
    much: Count
    """gradient steps at each of these layers, much pre-training"""
    pretraining_step_size: StepSize
    """size of a step of pre-training"""
    measurements: Count
    """times at which loss and rank are recorded, evenly over the training"""
    tau: Tau
    """threshold of the soft rank"""

    @model_validator(mode="after")
    def _has_targets(self) -> Self:
        if self.every > self.layers:
            raise ValueError(f"every is {self.every}; a network of {self.layers} layers has no such layer")
        return self

    def grids(self) -> dict[str, Grid]:
        """One cell with BN and one without; and BN networks as in the release, each of its two ways alone and both."""
        cells = {
            "training": product(variant=["vanilla", "bn"]),
            "release": [
                {"variant": "bn", "activation": activation, "one_signed": parameters}
                for activation, parameters in (("tanh", "weights"), ("relu", "all"), ("tanh", "all"))
            ],
        }
        return {
            part: Grid(stage="training", dataset=self.dataset, cells=cells[part], fixed=self.model_dump())
            for part in cells
        }
