"""Settings of Figure 4 and the cells they stand for."""

from rankcollapse.experiments.base import DataSetName, Grid, Settings, product
from rankcollapse.parameters import BatchSize, Count, Depths, StepSize, StepSizes, Tau


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

    def grids(self) -> dict[str, Grid]:
        """One cell for each depth, with and without BN."""
        fixed = self.model_dump()
        cells = product(variant=["vanilla", "bn"], depth=fixed.pop("depths"))
        return {"training": Grid(stage="training", dataset=self.dataset, cells=cells, fixed=fixed)}
