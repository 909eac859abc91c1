"""Settings of directional vanishing and the cells they stand for."""

from rankcollapse.experiments.base import DataSetName, Grid, Settings, product
from rankcollapse.parameters import BatchSize, Count, Depths, Seeds


class DirectionsSettings(Settings):
    """Directional vanishing: cosines between per-sample gradients at initialization, against depth and rank."""

    dataset: DataSetName
    """data set of the catalogue"""
    width: Count
    """units of every hidden layer"""
    batch_size: BatchSize
    """samples whose gradients are compared"""
    depths: Depths
    """hidden-to-hidden layers `h`"""
    seeds: Seeds
    """random networks, each with a random batch of its own"""

    def grids(self) -> dict[str, Grid]:
        """One cell with BN and one without."""
        cells = product(variant=["vanilla", "bn"])
        fixed = self.model_dump()
        return {"gradients": Grid(stage="rank_at_initialization", dataset=self.dataset, cells=cells, fixed=fixed)}
