"""Summaries of the frames of Figure 1 that its figure, its judge and its numbers share."""

import pandas as pd

from rankcollapse.experiments.trainability import published
from rankcollapse.statistics.estimates import estimates, intervals
from rankcollapse.statistics.intervals import SHARE, Bounds, Interval, rank_bounds

RANKS = ("numerical_rank", "participation_ratio", "soft_rank", "stable_rank")


def trained(frame: pd.DataFrame) -> pd.DataFrame:
    """The networks with the step size that each took."""
    return frame[frame["phase"] == "final"]


def bounds_of(runs: pd.DataFrame, measure: str) -> Bounds | None:
    """The bounds of a measure of MLPs: of an accuracy or a cosine, or of a rank of a state `(width, batch_size)`."""
    if measure.endswith(("accuracy", "cosine")):
        return SHARE
    return rank_bounds(int(runs[["width", "batch_size"]].min(axis=None))) if measure in RANKS else None


def by_depth(runs: pd.DataFrame, variant: str, measure: str) -> dict[int, Interval]:
    """Mean and interval of a measure over the seeds of a variant, for each depth."""
    return intervals(estimates(runs[runs["variant"] == variant], "depth", measure, bounds_of(runs, measure)))


def published_accuracy(training: pd.DataFrame, variant: str) -> dict[int, float]:
    """The original's training accuracies at the depths of a frame; none if networks, data or steps are others."""
    read_off = published.BN_ACCURACY if variant == "bn" else published.VANILLA_ACCURACY
    same = (training["width"] == published.WIDTH) & (training["batch_size"] == published.BATCH_SIZE)
    same &= (training["dataset"] == published.DATASET) & (training["epochs"] == published.EPOCHS)
    return {depth: value for depth, value in read_off.items() if depth in set(training["depth"][same])}


def published_rank(rank: pd.DataFrame) -> dict[int, int]:
    """The original's vanilla ranks at the depths of a frame; none if its width or batch is another."""
    same = (rank["width"] == published.WIDTH) & (rank["batch_size"] == published.BATCH_SIZE)
    return {depth: value for depth, value in published.VANILLA_RANK.items() if depth in set(rank["depth"][same])}
