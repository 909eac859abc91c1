"""Estimates with their intervals."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats


class Interval(NamedTuple):
    """An estimate, its 95% confidence interval, and the number of independent runs behind it."""

    estimate: float
    low: float
    high: float
    n: int

    def over(self, divisor: float) -> "Interval":
        """The interval of the quantity divided by a positive number."""
        return Interval(self.estimate / divisor, self.low / divisor, self.high / divisor, self.n)


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> Interval:
    """Mean of independent runs with Student's t interval.

    Equal values give an interval of width zero. A single run has no interval: its bounds are infinite.

    Args:
        values: one number a run, at least one.
        confidence: coverage of the interval.

    Raises:
        ValueError: no value, or one that is not finite.
    """
    sample = np.asarray(values, float)
    if sample.size == 0 or not np.isfinite(sample).all():
        raise ValueError(f"expected at least one finite value, got {sample.tolist()}")
    mean = float(sample.mean())
    if sample.size == 1:
        return Interval(mean, -math.inf, math.inf, 1)
    half = float(stats.t.ppf((1 + confidence) / 2, sample.size - 1) * sample.std(ddof=1) / sample.size**0.5)
    return Interval(mean, mean - half, mean + half, sample.size)


def mser_burn_in(series: Sequence[float], batch: int = 5) -> int:
    """Observations to discard from the start of a series, by the MSER-5 rule (White 1997).

    The truncation that minimizes the squared standard error of what is left, over batches of `batch` observations;
    at most half of the series.

    Args:
        series: observations in order of time.
        batch: observations averaged into one before the rule is applied.

    Raises:
        ValueError: the series is too short for four batches.
    """
    count = len(series) // batch
    if count < 4:
        raise ValueError(f"expected at least {4 * batch} observations, got {len(series)}")
    means = np.asarray(series, float)[: count * batch].reshape(count, batch).mean(1)
    errors = [means[cut:].var() / (count - cut) for cut in range(count // 2 + 1)]
    return batch * int(np.argmin(errors))


def stationary_interval(series: np.ndarray, confidence: float = 0.95) -> tuple[Interval, int]:
    """Mean in stationarity from independent chains, by replication and deletion (Law, Simulation Modeling, ch. 9).

    The burn-in is found on the mean of the chains (MSER-5) and deleted from each; a chain's average over the rest is
    one independent observation, so autocorrelation within a chain does not matter.

    Args:
        series: observations, `(chains, times)`.
        confidence: coverage of the interval.

    Returns:
        The interval over the chains, and the number of observations deleted from each.
    """
    burn_in = mser_burn_in(series.mean(0))
    return mean_interval(series[:, burn_in:].mean(1), confidence), burn_in


def rank_correlation(x: Sequence[float], y: Sequence[float], groups: Sequence[int]) -> Interval:
    """Spearman's correlation with an interval that allows for dependence within groups (say, of one seed).

    The groups are left out one at a time (jackknife); Student's t with one degree of freedom less than groups.

    Args:
        x: one number an observation; infinities are ranked as such.
        y: the same.
        groups: the group of each observation, at least two different ones.

    Raises:
        ValueError: fewer than two groups, or a side whose values are all equal.
    """
    x, y, groups = np.asarray(x, float), np.asarray(y, float), np.asarray(groups)
    names = np.unique(groups)
    if len(names) < 2 or np.ptp(stats.rankdata(x)) == 0 or np.ptp(stats.rankdata(y)) == 0:
        raise ValueError("expected at least two groups, and values that differ")

    def correlation(kept: np.ndarray) -> float:
        return float(np.corrcoef(stats.rankdata(x[kept]), stats.rankdata(y[kept]))[0, 1])

    estimate = correlation(groups == groups)
    without = np.array([correlation(groups != name) for name in names])
    n = len(names)
    error = math.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    margin = float(stats.t.ppf(0.975, n - 1)) * error
    return Interval(estimate, max(-1.0, estimate - margin), min(1.0, estimate + margin), n)
