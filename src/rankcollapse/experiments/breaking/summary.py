"""Summaries of the frame of Figure 6 that its figure, its judge and its numbers share."""

import math

import pandas as pd

from rankcollapse.experiments.components.summary import courses
from rankcollapse.statistics.intervals import Interval, rank_correlation


def networks(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a network: variant, seed, and what `courses` has."""
    return courses(frame, ["variant", "seed"]).reset_index()


def by_seed(frame: pd.DataFrame, measure: str) -> pd.DataFrame:
    """A measure of every network, `courses` says which there are: a row a seed, a column a variant."""
    return networks(frame).pivot(index="seed", columns="variant", values=measure)


def stalled(frame: pd.DataFrame) -> pd.Series:
    """Last loss with weights of one sign, less the middle between guessing and BN with both signs, by seed."""
    start = math.log(10)  # loss of guessing among ten classes
    table = by_seed(frame, "final_loss")
    return table["one-signed"].clip(upper=start) - (start + table["bn"]) / 2  # also of one that diverged


def ordering(frame: pd.DataFrame) -> Interval | None:
    """Spearman's correlation of initial r with training speed, that is with less mean loss, over all networks.

    None where all networks are alike, say all diverged.
    """
    table = networks(frame).dropna(subset="ratio")
    try:
        return rank_correlation(table["ratio"], -table["mean_loss"], table["seed"])
    except ValueError:
        return None
