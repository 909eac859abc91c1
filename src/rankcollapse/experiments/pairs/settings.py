"""Settings of the two-class problems and the cells they stand for."""

from rankcollapse.experiments.base import DataSetName, Grid, Settings, product
from rankcollapse.parameters import BatchSize, Count, Depths, StepSizes


class PairsSettings(Settings):
    """Two-class problems: pairs of classes of a data set, learned by vanilla and BN networks of growing depth."""

    dataset: DataSetName
    """data set of the catalogue"""
    width: Count
    """units of every hidden layer"""
    depths: Depths
    """hidden-to-hidden layers `h`"""
    batch_size: BatchSize
    """samples in a batch"""
    epochs: Count
    """passes over the images of the two classes"""
    step_sizes: StepSizes
    """grid from which the SGD step size of each variant and depth is chosen by final training loss"""
    search_pairs: Count
    """pairs of classes on which every step size is tried, with networks of their own"""
    pairs: Count
    """pairs of classes, a random sample of all, or all if there are no more; a network each"""

    def grids(self) -> dict[str, Grid]:
        """One cell for each depth, with and without BN."""
        fixed = self.model_dump()
        cells = product(variant=["vanilla", "bn"], depth=fixed.pop("depths"))
        return {"training": Grid(stage="training", dataset=self.dataset, cells=cells, fixed=fixed)}
