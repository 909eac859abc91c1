"""Summaries of the frames of Figure 1 that its figure, its claims and its numbers share."""

import pandas as pd

from rankcollapse.experiments.depth import published
from rankcollapse.intervals import Interval, mean_interval


def by_depth(runs: pd.DataFrame, variant: str, measure: str) -> dict[int, Interval]:
    """Mean and interval of a measure over the seeds of a variant, for each depth."""
    runs = runs[runs["variant"] == variant]
    return {int(depth): mean_interval(group[measure]) for depth, group in runs.groupby("depth")}


def published_rank(rank: pd.DataFrame) -> dict[int, int]:
    """The original's vanilla ranks at the depths of a frame; none if its width or batch is another."""
    same = (rank["width"] == published.WIDTH) & (rank["batch_size"] == published.BATCH_SIZE)
    return {depth: value for depth, value in published.VANILLA_RANK.items() if depth in set(rank["depth"][same])}
