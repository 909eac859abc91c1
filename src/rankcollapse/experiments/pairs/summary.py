"""Summaries of the frame of two-class problems that its figure, its claims and its numbers share."""

import pandas as pd

from rankcollapse.intervals import Interval, mean_interval


def by_depth(frame: pd.DataFrame, variant: str) -> dict[int, Interval]:
    """Mean and interval of the final training accuracy of a variant over pairs, for each depth."""
    runs = frame[(frame["phase"] == "final") & (frame["variant"] == variant)]
    return {int(depth): mean_interval(group["final_accuracy"]) for depth, group in runs.groupby("depth")}
