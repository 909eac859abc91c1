"""Final training accuracy of BN networks that are trained by Adam, as the release has it (D1); else as `training`."""

from rankcollapse.experiments.depth.training import COLUMNS, run

__all__ = ["COLUMNS", "run"]
