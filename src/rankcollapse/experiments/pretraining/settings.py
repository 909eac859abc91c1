"""Settings of Figure 4 and the cells they stand for."""

from typing import Self

from pydantic import model_validator

from rankcollapse.experiments.base import DataSetName, Grid, Settings, compared, product
from rankcollapse.parameters import BatchSize, Count, Depths, StepSize, StepSizes, Tau


class RawSettings(Settings):
    """Pixels from 0 to 255, as in the release (D6); all else as in `pretraining`."""

    depths: Depths
    """hidden-to-hidden layers `h`, of those of `pretraining`"""


class PretrainingSettings(Settings):
    """Figure 4: vanilla networks, vanilla networks after pre-training by rank, and BN networks, at growing depth."""

    dataset: DataSetName
    """data set of the catalogue"""
    width: Count
    """units of every hidden layer"""
    depths: Depths
    """hidden-to-hidden layers `h`"""
    batch_size: BatchSize
    """samples in a batch, in pre-training and in training"""
    epochs: Count
    """passes over the training set"""
    step_sizes: StepSizes
    """grid from which the SGD step size of each variant and depth is chosen by final training loss"""
    search_seeds: Count
    """networks trained with every step size of the grid, on seeds of their own"""
    seeds: Count
    """networks trained with the step size that the search chose"""
    pretraining_batches: Count
    """random batches of pre-training, on the last hidden state"""
    pretraining_steps: Count
    """gradient steps of pre-training on each batch"""
    pretraining_step_size: StepSize
    """size of a step of pre-training"""
    tau: Tau
    """threshold of the soft rank"""
    raw: RawSettings

    @model_validator(mode="after")
    def _depths_to_compare(self) -> Self:
        return compared(self, "raw", self.raw.depths, self.depths)

    def grids(self) -> dict[str, Grid]:
        """One cell for each depth, with and without BN."""
        fixed, raw = self.model_dump(exclude={"raw"}), self.raw.model_dump()
        cells = {
            "training": product(variant=["vanilla", "bn"], depth=fixed.pop("depths")),
            "raw": product(variant=["vanilla", "bn"], depth=raw.pop("depths")),
        }
        settings = {"training": fixed, "raw": fixed | raw | {"pixels": "raw"}}
        return {
            part: Grid(stage="training", dataset=self.dataset, cells=cells[part], fixed=settings[part])
            for part in cells
        }
