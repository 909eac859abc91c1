"""Estimates with their intervals."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats
from scipy.special import stdtrit


class Interval(NamedTuple):
    """An estimate, its 95% confidence interval, and the number of independent runs behind it."""

    estimate: float
    low: float
    high: float
    n: int

    def over(self, divisor: float) -> "Interval":
        """The interval of the quantity divided by a positive number."""
        return Interval(self.estimate / divisor, self.low / divisor, self.high / divisor, self.n)


class Bounds(NamedTuple):
    """What a quantity can be, and so how certain a few runs that are alike make its mean.

    Student's t interval of five equal values has no width, and that of five skewed ones is too short. So a little is
    added to the sum of squares of the runs: that of runs which were not seen, but might have been.

    Attributes:
        low: the least value.
        high: the largest.
        unit: two runs are added that differ from the mean by so much: 1 for a quantity that is counted.
        at_ends: so many runs are added at the least value, and as many at the largest.
    """

    low: float
    high: float
    unit: float = 0.0
    at_ends: float = 0.0

    def unseen(self, mean: float) -> float:
        """The sum of squares about a mean of the runs that were not seen."""
        return 2 * self.unit**2 + self.at_ends * ((mean - self.low) ** 2 + (self.high - mean) ** 2)


SHARE = Bounds(0.0, 1.0, at_ends=0.03)  # accuracies, cosines


def rank_bounds(most: int) -> Bounds:
    """Of a rank measure of one state: between 1 (0 for a state that is zero) and `min(d, N)`."""
    return Bounds(1.0, float(most), unit=1.0)


def _t_interval(sample: np.ndarray, unseen: float) -> Interval:
    """Student's t interval; all of the line for a single run, or for equal ones of which nothing else is known."""
    mean, n = float(sample.mean()), sample.size
    squares = float(((sample - mean) ** 2).sum()) + unseen
    rounding = n * (1e-12 * mean) ** 2  # equal values have a mean that is not quite theirs
    if n == 1 or squares <= rounding:
        return Interval(mean, -math.inf, math.inf, n)
    half = float(stdtrit(n - 1, 0.975) * math.sqrt(squares / (n - 1) / n))
    return Interval(mean, mean - half, mean + half, n)


def _sample(values: Sequence[float]) -> np.ndarray:
    sample = np.asarray(values, float)
    if sample.size == 0 or not np.isfinite(sample).all():
        raise ValueError(f"expected at least one finite value, got {sample.tolist()}")
    return sample


def mean_interval(values: Sequence[float], bounds: Bounds | None = None) -> Interval:
    """Mean of independent runs with Student's t interval, widened and cut as the bounds of the quantity say.

    A single run has no interval, nor have equal ones of a quantity without bounds: theirs is the whole line.

    Args:
        values: one number a run, at least one.
        bounds: of the quantity; None if it has none.

    Raises:
        ValueError: no value, or one that is not finite.
    """
    sample = _sample(values)
    if bounds is None:
        return _t_interval(sample, 0.0)
    mean, low, high, n = _t_interval(sample, bounds.unseen(float(sample.mean())))
    least, most = min(bounds.low, float(sample.min())), max(bounds.high, float(sample.max()))  # but for rounding
    return Interval(mean, max(low, least), min(high, most), n)


def _pairs(first: Sequence[float], second: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Both sides run by run: series by their index, whatever its order; anything else in the order given."""
    if hasattr(first, "loc") and hasattr(second, "loc"):  # of pandas, which the graph does not import
        if first.index.has_duplicates or set(first.index) != set(second.index):
            raise ValueError(f"expected the same runs on both sides, got {list(first.index)} and {list(second.index)}")
        second = second.loc[first.index]
    one, other = _sample(first), _sample(second)
    if one.size != other.size:
        raise ValueError(f"expected as many values on both sides, got {one.size} and {other.size}")
    return one, other


def difference_interval(first: Sequence[float], second: Sequence[float], bounds: Bounds | None = None) -> Interval:
    """Mean of the first less the second, run by run, with an interval as `mean_interval` has it.

    Args:
        first: one number a run, at least one. Series are paired by their index, say the seed.
        second: of the same runs.
        bounds: of each of the two; None if they have none.

    Raises:
        ValueError: no value, one that is not finite, or other runs on one side than on the other.
    """
    one, other = _pairs(first, second)
    if bounds is None:
        return _t_interval(one - other, 0.0)
    unseen = bounds.unseen(float(one.mean())) + bounds.unseen(float(other.mean()))
    mean, low, high, n = _t_interval(one - other, unseen)
    most = bounds.high - bounds.low
    return Interval(mean, max(low, -most), min(high, most), n)


def ratio_interval(first: Sequence[float], second: Sequence[float], bounds: Bounds | None = None) -> Interval:
    """Geometric mean of the first over the second, run by run: positive numbers; t interval of their logarithms.

    Args:
        first: one number a run, at least one. Series are paired by their index.
        second: of the same runs.
        bounds: of each of the two, that is of ranks: runs that were not seen differ by a unit; None if they have none.

    Raises:
        ValueError: as `difference_interval`, or a number is not positive.
    """
    one, other = _pairs(first, second)
    if (one <= 0).any() or (other <= 0).any():
        raise ValueError(f"expected positive values, got {one.tolist()} and {other.tolist()}")
    # a rank that differs by a unit differs by unit / rank in its logarithm
    unseen = sum(2 * (bounds.unit / side.mean()) ** 2 for side in (one, other)) if bounds else 0.0
    mean, low, high, n = _t_interval(np.log(one / other), unseen)
    return Interval(math.exp(mean), math.exp(low), math.exp(high), n)


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


def stationary_interval(series: np.ndarray) -> tuple[Interval, int]:
    """Mean in stationarity from independent chains, by replication and deletion (Law, Simulation Modeling, ch. 9).

    The burn-in is found on the mean of the chains (MSER-5) and deleted from each; a chain's average over the rest is
    one independent observation, so autocorrelation within a chain does not matter.

    Args:
        series: observations, `(chains, times)`.

    Returns:
        The interval over the chains, and the number of observations deleted from each.
    """
    burn_in = mser_burn_in(series.mean(0))
    return mean_interval(series[:, burn_in:].mean(1)), burn_in


def rank_correlation(x: Sequence[float], y: Sequence[float], groups: Sequence[int]) -> Interval:
    """Spearman's correlation with an interval that allows for dependence within groups (say, of one seed).

    The groups are left out one at a time (jackknife), on Fisher's scale; Student's t with one degree of freedom less
    than groups.

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

    observations = len(x)
    swapped = 12 / (observations * (observations**2 - 1))  # what a correlation of 1 loses if two neighbours swap places

    def transformed(found: float) -> float:
        """On Fisher's scale, which has no end; a correlation of 1 counts as if two neighbours had swapped places."""
        return math.copysign(math.atanh(min(abs(found), 1 - swapped)), found)

    n, estimate = len(names), correlation(groups == groups)
    without = np.array([transformed(correlation(groups != name)) for name in names])
    error = math.sqrt((n - 1) / n * float(((without - without.mean()) ** 2).sum()))
    least = swapped / (1 - min(estimate**2, (1 - swapped) ** 2))  # the same swap, where no group changes the order
    error = max(error, least)
    margin = float(stdtrit(n - 1, 0.975)) * error
    low, high = (math.tanh(transformed(estimate) + side) for side in (-margin, margin))
    return Interval(estimate, min(low, estimate), max(high, estimate), n)
