"""Summaries of the frames of Figure 1 that its figure, its claims and its numbers share."""

from importlib import resources

import pandas as pd

from rankcollapse.intervals import Interval, mean_interval


def by_depth(runs: pd.DataFrame, variant: str, measure: str) -> dict[int, Interval]:
    """Mean and interval of a measure over the seeds of a variant, for each depth."""
    runs = runs[runs["variant"] == variant]
    return {int(depth): mean_interval(group[measure]) for depth, group in runs.groupby("depth")}


def published(width: int, batch_size: int) -> pd.Series:
    """The ranks of vanilla networks read off the paper's own figure, by depth; none for another width or batch."""
    with resources.files("rankcollapse.experiments.depth").joinpath("published.csv").open() as file:
        values = pd.read_csv(file, comment="#")
    values = values[(values["width"] == width) & (values["batch_size"] == batch_size)]
    return values.set_index("depth")["numerical_rank"]
