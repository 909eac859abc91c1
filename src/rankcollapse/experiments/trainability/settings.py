"""Settings of Figure 1 and the cells they stand for."""

from typing import ClassVar, Self, get_args

from pydantic import Field, model_validator

from rankcollapse.experiments.base import Grid, Section, compared, product
from rankcollapse.experiments.parameters import ComparedDepths, Count, Depths, OfData, Parameters, StepSizes, Trained
from rankcollapse.experiments.trainability.cells import RankCell, RankParameters, TrainingCell
from rankcollapse.theory.terms import Variant


class More(Parameters):
    """Depths at which more networks are trained."""

    depths: ComparedDepths
    seeds: Count
    """networks at these depths"""


class TrainingSettings(Trained):
    """Training accuracy; one cell for each of vanilla and BN at each depth."""

    depths: Depths
    more: list[More] = Field(default_factory=list)
    """depths whose networks either train or not, so that a claim needs more of them than at the others"""


class ReleaseSettings(Parameters):
    """BN networks trained with a step size as in the release (D1); all else as in `trainability.training`."""

    depths: ComparedDepths
    step_sizes: StepSizes
    """of `adam` the grid from which Adam's step size is chosen; of `fixed` step sizes of SGD, each as if it were
    written into the code: the ends of the grid bound the rest"""


class TrainabilitySettings(OfData, Section):
    """Figure 1: depth against rank at initialization and training accuracy."""

    FRAMES: ClassVar = {"rank": RankCell, "training": TrainingCell, "adam": TrainingCell, "fixed": TrainingCell}

    rank: RankParameters
    training: TrainingSettings
    adam: ReleaseSettings
    fixed: ReleaseSettings

    @model_validator(mode="after")
    def _depths_to_compare(self) -> Self:
        depths = [depth for more in self.training.more for depth in more.depths]
        if twice := [depth for depth in depths if depths.count(depth) > 1]:
            raise ValueError(f"training.more names depth {twice[0]} twice")
        for more in self.training.more:
            compared(self, "training.more", more.depths, self.training.depths)
        compared(self, "adam", self.adam.depths, self.training.depths)
        return compared(self, "fixed", self.fixed.depths, self.training.depths)

    def grids(self) -> dict[str, Grid]:
        """The cells of each frame."""
        variants = list(get_args(Variant))

        def training(part: TrainingSettings | ReleaseSettings, variant: list[str], **other: object) -> Grid:
            axes = product(variant=variant, depth=part.depths)
            for more in self.training.more:
                axes = [axis | ({"seeds": more.seeds} if axis["depth"] in more.depths else {}) for axis in axes]
            return Grid("training", TrainingCell, axes, (self, self.training, part, other))

        return {
            "rank": Grid("rank_at_initialization", RankCell, product(variant=variants), (self, self.rank)),
            "training": training(self.training, variants),
            "adam": training(self.adam, ["bn"], optimizer="adam"),
            "fixed": training(self.fixed, ["bn"], search=False),
        }
