"""Settings of Figure 1 and the cells they stand for."""

from typing import Self

from pydantic import model_validator

from rankcollapse.datasets.catalogue import find
from rankcollapse.experiments.base import DataSetName, Grid, Settings, compared, product
from rankcollapse.parameters import BatchSize, Count, Depths, StepSizes, Tau

VARIANTS = ["vanilla", "bn"]


class RankSettings(Settings):
    """Rank at initialization; one cell for each of vanilla and BN, all depths and seeds in it."""

    depths: Depths
    """hidden-to-hidden layers `h` at which the last hidden state is measured"""
    seeds: Count
    """random networks, each with a random batch of its own"""
    tau: Tau
    """threshold of the soft rank"""


class TrainingSettings(Settings):
    """Training accuracy; one cell for each of vanilla and BN at each depth."""

    depths: Depths
    """hidden-to-hidden layers `h` of the networks that are trained"""
    seeds: Count
    """networks trained with the step size that the search chose"""
    epochs: Count
    """passes over the training set"""
    step_sizes: StepSizes
    """grid from which the SGD step size is chosen by final training loss"""
    search_seeds: Count
    """networks trained with every step size of the grid, on seeds of their own"""


class AdamSettings(Settings):
    """BN networks trained by Adam, as in the release (D1); all else as in `depth.training`."""

    depths: Depths
    """hidden-to-hidden layers `h`, of those of `depth.training`"""
    step_sizes: StepSizes
    """grid from which Adam's step size is chosen"""


class FixedSettings(Settings):
    """BN networks trained with step sizes that are not searched (D1); all else as in `depth.training`."""

    depths: Depths
    """hidden-to-hidden layers `h`, of those of `depth.training`"""
    step_sizes: StepSizes
    """step sizes of SGD, each as if it were written into the code; the ends of the grid bound the rest"""


class DepthSettings(Settings):
    """Figure 1: depth against rank at initialization and training accuracy."""

    dataset: DataSetName
    """data set of the catalogue"""
    width: Count
    """units of every hidden layer"""
    batch_size: BatchSize
    """samples in a batch, for measuring rank and for SGD"""
    rank: RankSettings
    training: TrainingSettings
    adam: AdamSettings
    fixed: FixedSettings

    @model_validator(mode="after")
    def _batch_fits(self) -> Self:
        samples = find(self.dataset).samples["train"]
        if self.batch_size > samples:
            raise ValueError(
                f"batch_size is {self.batch_size}; {self.dataset} has {samples} training samples, use at most that"
            )
        return self

    @model_validator(mode="after")
    def _depths_to_compare(self) -> Self:
        compared(self, "adam", self.adam.depths, self.training.depths)
        return compared(self, "fixed", self.fixed.depths, self.training.depths)

    def grids(self) -> dict[str, Grid]:
        """The frames of this experiment, each computed by the module of that name."""
        shared = {"dataset": self.dataset, "width": self.width, "batch_size": self.batch_size}
        rank, training, adam, fixed = (part.model_dump() for part in (self.rank, self.training, self.adam, self.fixed))
        return {
            "rank": Grid(
                stage="rank_at_initialization",
                dataset=self.dataset,
                cells=product(variant=VARIANTS),
                fixed=shared | rank,
            ),
            "training": Grid(
                stage="training",
                dataset=self.dataset,
                cells=product(variant=VARIANTS, depth=training.pop("depths")),
                fixed=shared | training,
            ),
            "adam": Grid(
                stage="training",
                dataset=self.dataset,
                cells=product(variant=["bn"], depth=adam.pop("depths")),
                fixed=shared | training | adam | {"optimizer": "adam"},
            ),
            "fixed": Grid(
                stage="training",
                dataset=self.dataset,
                cells=product(variant=["bn"], depth=fixed.pop("depths")),
                fixed=shared | training | fixed | {"search": False},
            ),
        }
