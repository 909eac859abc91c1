"""Summaries of the frames of Figure 1 that its figure, its judge and its numbers share."""

import pandas as pd

from rankcollapse.experiments.trainability import published
from rankcollapse.statistics.estimates import estimates, intervals
from rankcollapse.statistics.intervals import Interval


def trained(frame: pd.DataFrame) -> pd.DataFrame:
    """The networks that were trained with the step size that the search chose."""
    return frame[frame["phase"] == "final"]


def by_depth(runs: pd.DataFrame, variant: str, measure: str) -> dict[int, Interval]:
    """Mean and interval of a measure over the seeds of a variant, for each depth."""
    return intervals(estimates(runs[runs["variant"] == variant], "depth", measure))


def published_rank(rank: pd.DataFrame) -> dict[int, int]:
    """The original's vanilla ranks at the depths of a frame; none if its width or batch is another."""
    same = (rank["width"] == published.WIDTH) & (rank["batch_size"] == published.BATCH_SIZE)
    return {depth: value for depth, value in published.VANILLA_RANK.items() if depth in set(rank["depth"][same])}
