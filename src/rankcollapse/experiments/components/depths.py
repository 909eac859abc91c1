"""Rank after every block of networks of growing depth, at initialization (Figure 5); the same run as `blocks`."""

from rankcollapse.experiments.components.blocks import COLUMNS, run

__all__ = ["COLUMNS", "run"]
