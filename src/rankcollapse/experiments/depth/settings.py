"""Settings of Figure 1 and the cells they stand for."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from rankcollapse.datasets.catalogue import find
from rankcollapse.experiments.base import DataSetName, Distinct, Grid, Settings

VARIANTS = ["vanilla", "bn"]
Depths = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1), Distinct]


class RankSettings(Settings):
    """Rank at initialization; one cell for each of vanilla and BN, all depths and seeds in it."""

    depths: Depths
    """hidden-to-hidden layers `h` at which the last hidden state is measured"""
    seeds: Annotated[int, Field(ge=1)]
    """random networks, each with a random batch of its own"""
    tau: Annotated[float, Field(ge=0, lt=1)]
    """threshold of the soft rank"""


class TrainingSettings(Settings):
    """Training accuracy; one cell for each of vanilla and BN at each depth."""

    depths: Depths
    """hidden-to-hidden layers `h` of the networks that are trained"""
    seeds: Annotated[int, Field(ge=1)]
    """networks trained with the step size that the search chose"""
    epochs: Annotated[int, Field(ge=1)]
    """passes over the training set"""
    step_sizes: Annotated[list[Annotated[float, Field(gt=0, allow_inf_nan=False)]], Field(min_length=1), Distinct]
    """grid from which the SGD step size is chosen by final training loss"""
    search_seeds: Annotated[int, Field(ge=1)]
    """networks trained with every step size of the grid, on seeds of their own"""


class DepthSettings(Settings):
    """Figure 1: depth against rank at initialization and training accuracy."""

    dataset: DataSetName
    """data set of the catalogue"""
    width: Annotated[int, Field(ge=1)]
    """units of every hidden layer"""
    batch_size: Annotated[int, Field(ge=2)]
    """samples in a batch, for measuring rank and for SGD"""
    rank: RankSettings
    training: TrainingSettings

    @model_validator(mode="after")
    def _batch_fits(self) -> Self:
        samples = find(self.dataset).samples["train"]
        if self.batch_size > samples:
            raise ValueError(f"batch_size should be at most {samples}, the training samples of {self.dataset}")
        return self

    def grids(self) -> dict[str, Grid]:
        """The frames of this experiment, each computed by the module of that name."""
        shared = {"dataset": self.dataset, "width": self.width, "batch_size": self.batch_size}
        rank, training = self.rank.model_dump(), self.training.model_dump()
        return {
            "rank": Grid(
                stage="rank_at_initialization",
                dataset=self.dataset,
                axes={"variant": VARIANTS},
                fixed=shared | rank,
            ),
            "training": Grid(
                stage="training",
                dataset=self.dataset,
                axes={"variant": VARIANTS, "depth": training.pop("depths")},
                fixed=shared | training,
            ),
        }
