"""Summaries of the frame of Figure 6 that its figure, its claims and its numbers share."""

import math

import numpy as np
import pandas as pd

from rankcollapse.intervals import Interval, mean_interval, rank_correlation

VARIANTS = ("bn", "much", "little", "vanilla", "one-signed")


def course(frame: pd.DataFrame, variant: str, measure: str) -> dict[float, Interval]:
    """Mean and interval of a measure of a variant at the recorded epochs; networks that diverged are left out."""
    runs = frame[frame["variant"] == variant].dropna(subset=measure)
    return {
        float(at): mean_interval(group[measure]) for at, group in runs.groupby(runs["step"] / runs["steps_an_epoch"])
    }


def networks(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a network: variant, seed, r before training, mean training loss of the run and of its last part.

    A diverged network has an infinite loss.
    """
    start = frame[frame["step"] == 0].set_index(["variant", "seed"])["participation_ratio"]
    runs = frame[frame["step"] > 0].assign(loss=lambda rows: rows["loss"].fillna(np.inf)).sort_values("step")
    grouped = runs.groupby(["variant", "seed"])["loss"]
    table = pd.DataFrame({"ratio": start, "mean_loss": grouped.mean(), "final_loss": grouped.last()})
    return table.reset_index()


def fallen(frame: pd.DataFrame) -> pd.Series:
    """Ratio of r before training of BN networks, weights of both signs over weights of one, by seed.

    Missing where it is not finite.
    """
    table = networks(frame).set_index(["seed", "variant"])["ratio"].unstack("variant")
    return table["bn"] / table["one-signed"]


def stalled(frame: pd.DataFrame) -> pd.Series:
    """Last loss with weights of one sign, less the middle between guessing and BN with both signs, by seed."""
    start = math.log(10)  # loss of guessing among ten classes
    table = networks(frame).set_index(["seed", "variant"])["final_loss"].unstack("variant")
    return table["one-signed"].clip(upper=start) - (start + table["bn"]) / 2  # also of one that diverged


def ordering(frame: pd.DataFrame) -> Interval:
    """Spearman's correlation of initial r with training speed, that is with less mean loss, over all networks."""
    table = networks(frame).dropna(subset="ratio")
    return rank_correlation(table["ratio"], -table["mean_loss"], table["seed"])
