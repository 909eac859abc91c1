"""Settings of the deviations: none of their own, they are measured in cells of the experiments that they concern."""

from typing import ClassVar

from rankcollapse.experiments.base import Section


class DeviationsSettings(Section):
    """Disagreements between paper and release: each quantity as we measure it, and as the release does."""

    USES: ClassVar = (
        "trainability.training",
        "trainability.adam",
        "trainability.fixed",
        "extreme_depth.chain",
        "stationary_rank.chain",
        "pretraining.training",
        "pretraining.raw",
        "breaking.training",
        "breaking.release",
        "components.training",
    )
