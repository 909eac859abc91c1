"""Summaries of the frame of Figure 6 that its figure, its judge and its numbers share."""

import math

import pandas as pd

from rankcollapse.experiments.components.summary import courses
from rankcollapse.statistics.intervals import Interval, rank_correlation


def networks(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a network: variant, seed, and what `courses` has."""
    return courses(frame, ["variant", "seed"]).reset_index()


def fallen(frame: pd.DataFrame) -> pd.Series:
    """Ratio of r before training of BN networks, weights of both signs over weights of one, by seed.

    Missing where it is not finite.
    """
    table = networks(frame).pivot(index="seed", columns="variant", values="ratio")
    return table["bn"] / table["one-signed"]


def stalled(frame: pd.DataFrame) -> pd.Series:
    """Last loss with weights of one sign, less the middle between guessing and BN with both signs, by seed."""
    start = math.log(10)  # loss of guessing among ten classes
    table = networks(frame).pivot(index="seed", columns="variant", values="final_loss")
    return table["one-signed"].clip(upper=start) - (start + table["bn"]) / 2  # also of one that diverged


def ordering(frame: pd.DataFrame) -> Interval:
    """Spearman's correlation of initial r with training speed, that is with less mean loss, over all networks."""
    table = networks(frame).dropna(subset="ratio")
    return rank_correlation(table["ratio"], -table["mean_loss"], table["seed"])
