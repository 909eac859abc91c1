"""Final training accuracy of BN networks whose step size was not searched (D1); else as `training`."""

from rankcollapse.experiments.depth.training import COLUMNS, run

__all__ = ["COLUMNS", "run"]
