"""Training of BN networks with the release's activation and weights of one sign (D8); else as `training`."""

from rankcollapse.experiments.breaking.training import COLUMNS, run

__all__ = ["COLUMNS", "run"]
