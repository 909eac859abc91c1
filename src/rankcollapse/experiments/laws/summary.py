"""What figure, judge and numbers of the laws share: each law's measured quantity over its prediction."""

import math

import numpy as np
import pandas as pd

from rankcollapse.experiments.laws.claims import LATE, SMALL, VISIBLE
from rankcollapse.experiments.laws.cosines import ACTIVATIONS
from rankcollapse.statistics.estimates import estimates, intervals
from rankcollapse.statistics.fits import combination
from rankcollapse.statistics.intervals import Bounds, Interval, mean_interval
from rankcollapse.theory.kernels import isometry_rate

LIMIT = 9 * math.pi**2 / 2  # of (1 - ρ) ℓ², F2

Points = dict[str, Interval]


def of_law(frames: dict[str, pd.DataFrame], law: str) -> pd.DataFrame:
    """The rows of one law."""
    for part in ("gradients", "cosines", "attention"):
        frame = frames[f"laws.{part}"]
        if law in set(frame["law"]):
            return frame[frame["law"] == law]
    raise ValueError(f"no frame has {law}")


def table(frame: pd.DataFrame, values: str = "value") -> pd.DataFrame:
    """One row a chain, one column an `x`, of the rows of one case."""
    return frame.pivot(index="chain", columns="x", values=values)


def growths(frame: pd.DataFrame) -> tuple[Points, Points]:
    """F1: log growth at infinite width over its prediction, and the coefficient of 1/d, by kind of network."""
    limits, corrections = {}, {}
    for case, rows in frame.groupby("case", sort=False):
        limit, correction = combination(intervals(estimates(rows, "x", "value")), np.ones_like, np.reciprocal)
        limits[case] = limit.over(rows["prediction"].iloc[0])
        corrections[case] = correction
    return limits, corrections


def vanilla(frame: pd.DataFrame) -> dict[str, dict[int, Interval]]:
    """F2: 1 - ρ over that of the recursion, by width and layer."""
    ratio = (1 - frame["value"]) / (1 - frame["prediction"])
    found = intervals(estimates(frame.assign(ratio=ratio), ["case", "x"], "ratio"))
    return {case: {x: value for (each, x), value in found.items() if each == case} for case in frame["case"].unique()}


def tail(frame: pd.DataFrame) -> Interval:
    """F2: limit of (1 - ρ) ℓ², from the slope of (1 - ρ)^(-1/2), over 9π²/2, of the rows of one width."""
    roots = (1 - table(frame)) ** -0.5
    last = int(roots.columns.max())
    half = last // 2
    return mean_interval(((roots[last] - roots[half]) / (last - half)) ** -2 / LIMIT)


def largest_batch(frame: pd.DataFrame) -> pd.DataFrame:
    """F3: the rows of the largest batch, with the name of the activation as their case."""
    split = frame["case"].str.extract(r"(?P<case>\w+), (?P<pairs>\d+) pairs").astype({"pairs": int})
    return frame.assign(case=split["case"])[split["pairs"] == split["pairs"].max()]


def isometry(frame: pd.DataFrame) -> tuple[Points, Points]:
    """F3: measured less predicted cosine by case and layer; growth of the odds a layer over β by case."""
    frame = largest_batch(frame)
    off = intervals(estimates(frame.assign(off=frame["value"] - frame["prediction"]), ["case", "x"], "off"))
    growth = {}
    for case, rows in frame[frame["prediction"] >= VISIBLE].groupby("case", sort=False):
        odds = np.log(1 / table(rows) - 1)
        first, last = odds.columns.min(), odds.columns.max()
        rate = np.exp((odds[last] - odds[first]) / (last - first))
        growth[case] = mean_interval(rate).over(isometry_rate(ACTIVATIONS[case]))
    return {f"{case}, layer {x}": value for (case, x), value in off.items()}, growth


def depths(frame: pd.DataFrame, case: str) -> tuple[Interval, Interval]:
    """F4: decimal logarithm of the gradient's growth from the least to the largest depth, and from `LATE` on."""
    logs = table(frame[frame["case"] == case])
    late = [depth for depth in logs.columns if depth >= LATE]
    last = logs[logs.columns.max()]
    return mean_interval(last - logs[logs.columns.min()]), mean_interval(last - logs[min(late, default=last.name)])


def cube(frame: pd.DataFrame) -> Interval:
    """F5: slope of the log distance after a layer on that before it, over layers where it is small, or over all."""

    def slope(distances: pd.Series) -> float:
        known = distances[np.isfinite(distances)]
        small = known[known < SMALL]
        used = small if len(small) > 2 else known
        return float(np.polyfit(used.iloc[:-1], used.iloc[1:], 1)[0])

    return mean_interval(table(frame).apply(slope, axis=1))


def over_prediction(frame: pd.DataFrame) -> dict[tuple[str, int], Interval]:
    """F6, F7: measured over predicted, by case and number of tokens."""
    return intervals(estimates(frame.assign(ratio=frame["value"] / frame["prediction"]), ["case", "x"], "ratio"))


def rises(frame: pd.DataFrame) -> Points:
    """F8: the largest rise of the rank above that of an earlier layer, mean over networks, by kind of network."""
    found = {}
    for case, rows in frame.groupby("case", sort=False):
        ranks = table(rows)
        rise = (ranks - ranks.cummin(axis=1)).max(axis=1)
        found[case] = mean_interval(rise, Bounds(0.0, float(ranks.to_numpy().max()), unit=1.0))
    return found
