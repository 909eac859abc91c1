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
