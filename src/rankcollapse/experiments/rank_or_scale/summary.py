"""Summaries of the frames that figure, judge and numbers of this experiment share."""

from typing import get_args

import pandas as pd

from rankcollapse.experiments.rank_or_scale.cells import Network
from rankcollapse.statistics.estimates import estimates, intervals
from rankcollapse.statistics.intervals import SHARE, Bounds, Interval, difference_interval, rank_bounds

KINDS = get_args(Network)
FACTORIAL = "glorot"  # the kind of network whose rank and scale are both set
RANKS = ("drawn", "last", "layerwise")
MEASURES = ("numerical_rank", "participation_ratio", "centred_participation_ratio")


def final(frame: pd.DataFrame) -> pd.DataFrame:
    """The networks with the step size that each took; accuracy of one that diverged is that of its last state."""
    return frame[frame["phase"] == "final"]


def bounds(frame: pd.DataFrame, measure: str) -> Bounds | None:
    """The bounds of a measure of MLPs of a frame."""
    if measure == "final_accuracy":
        return SHARE
    return rank_bounds(int(frame[["width", "batch_size"]].min(axis=None))) if measure in MEASURES else None


def by_seed(frame: pd.DataFrame, network: str, depth: int, rank: str, scale: str, measure: str) -> pd.Series:
    """A measure of networks, before or after training, by seed; empty if there are none."""
    runs = final(frame)
    asked = {"network": network, "depth": depth, "rank": rank, "scale": scale}
    for column, value in asked.items():
        runs = runs[runs[column] == value]
    return runs.set_index("seed")[measure]


def varied(frame: pd.DataFrame, network: str, scale: str = "held") -> list[int]:
    """The depths at which networks of a kind were trained with that scale."""
    runs = final(frame)
    return sorted(set(runs.loc[(runs["network"] == network) & (runs["scale"] == scale), "depth"].tolist()))


def accuracy_gain(frame: pd.DataFrame, depth: int, better: tuple[str, ...], worse: tuple[str, ...]) -> Interval:
    """Final accuracy of networks less that of others, each named by kind, rank and scale, within the same seeds."""
    pair = [by_seed(frame, network, depth, rank, scale, "final_accuracy") for network, rank, scale in (better, worse)]
    return difference_interval(*pair, SHARE)


def by_depth(runs: pd.DataFrame, network: str, measure: str) -> dict[int, Interval]:
    """Mean and interval of a measure of networks as drawn, for each depth."""
    drawn = runs[runs["network"] == network]
    if "rank" in drawn:
        drawn = final(drawn)
        drawn = drawn[(drawn["rank"] == "drawn") & (drawn["scale"] == "drawn")]
    return intervals(estimates(drawn, "depth", measure, bounds(runs, measure)))
