"""Training on pixels from 0 to 255, as the release has it (D6); else as `training`."""

from rankcollapse.experiments.pretraining.training import COLUMNS, run

__all__ = ["COLUMNS", "run"]
