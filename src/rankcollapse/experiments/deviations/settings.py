"""Settings of the deviations: none of their own, they are measured in cells of the experiments that they concern."""

from typing import ClassVar

from rankcollapse.experiments.base import Grid, Settings


class DeviationsSettings(Settings):
    """Disagreements between paper and release: each quantity as we measure it, and as the release does."""

    uses: ClassVar[list[str]] = [
        "depth.training",
        "depth.adam",
        "depth.fixed",
        "deep.chain",
        "width.chain",
        "pretraining.training",
        "pretraining.raw",
        "breaking.training",
        "breaking.release",
        "components.training",
    ]

    def grids(self) -> dict[str, Grid]:
        """No frames of its own."""
        return {}
