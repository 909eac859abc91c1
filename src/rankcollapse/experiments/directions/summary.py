"""Summaries of the frame of directional vanishing that its figure, its claims and its numbers share."""

import pandas as pd

from rankcollapse.intervals import Interval, mean_interval, rank_correlation


def by_depth(frame: pd.DataFrame, variant: str, measure: str) -> dict[int, Interval]:
    """Mean and interval of a measure over the seeds of a variant, for each depth."""
    runs = frame[frame["variant"] == variant]
    return {int(depth): mean_interval(group[measure]) for depth, group in runs.groupby("depth")}


def correlation(frame: pd.DataFrame) -> Interval:
    """Spearman's correlation of r with the cosine within an output unit, over all networks."""
    return rank_correlation(frame["participation_ratio"], frame["unit_cosine"], frame["seed"])
