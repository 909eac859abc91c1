"""Settings of the experiment that sets rank and scale apart, and the cells they stand for."""

from typing import Annotated, ClassVar, Self, get_args

from pydantic import Field, model_validator

from rankcollapse.experiments.base import Grid, Section, product
from rankcollapse.experiments.parameters import Depths, Distinct, Parameters
from rankcollapse.experiments.rank_or_scale.cells import (
    Factors,
    Network,
    Seeds,
    StatesCell,
    StatesParameters,
    TrainingCell,
    TrainingParameters,
)

PLAIN = ("default", "without_biases", "glorot", "he", "he_with_biases", "orthogonal")  # can be rescaled


class FamilySettings(Parameters):
    """Networks that are trained, a cell for each kind and depth."""

    networks: Annotated[list[Network], Field(min_length=1), Distinct]
    """kinds of networks"""
    factors: Factors
    """what is varied: none (networks as drawn), scale, or rank and scale"""
    depths: Depths
    seeds: Seeds | None = None
    """networks of each variant, if not as many as in the other families"""

    @model_validator(mode="after")
    def _can_be_varied(self) -> Self:
        if self.factors != "none" and (others := sorted(set(self.networks) - set(PLAIN))):
            raise ValueError(
                f"factors must be none for {others[0]}; only plain networks can be rescaled: {', '.join(PLAIN)}"
            )
        return self


class RankOrScaleSettings(TrainingParameters, Section):
    """Rank and scale before training, set apart, and what networks learn from each start."""

    FRAMES: ClassVar = {"states": StatesCell, "training": TrainingCell}

    states: StatesParameters
    families: Annotated[list[FamilySettings], Field(min_length=1)]
    """networks that are trained"""

    @model_validator(mode="after")
    def _networks_differ(self) -> Self:
        cells = [(network, depth) for f in self.families for network in f.networks for depth in f.depths]
        if twice := {cell for cell in cells if cells.count(cell) > 1}:
            raise ValueError(f"families name networks twice: {' '.join(map(str, twice.pop()))}")
        return self

    def grids(self) -> dict[str, Grid]:
        """One cell for each kind of network, and one for each kind and depth that is trained."""
        axes = [
            axis | {"factors": family.factors} | ({"seeds": family.seeds} if family.seeds else {})
            for family in self.families
            for axis in product(network=family.networks, depth=family.depths)
        ]
        kinds = product(width=[self.width], network=list(get_args(Network)))
        return {
            "states": Grid("rank_at_initialization", StatesCell, kinds, (self, self.states), together=("network",)),
            "training": Grid("training", TrainingCell, axes, (self,)),
        }
