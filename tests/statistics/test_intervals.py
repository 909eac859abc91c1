"""The intervals against their formulas and their promise."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rankcollapse.statistics.intervals import (
    SHARE,
    Interval,
    difference_interval,
    mean_interval,
    mser_burn_in,
    rank_bounds,
    rank_correlation,
    ratio_interval,
    stationary_interval,
)


def test_interval_is_students():
    estimate, low, high, n = mean_interval([1.0, 2.0, 3.0, 4.0, 5.0])
    assert (estimate, n) == (3.0, 5)
    assert high - estimate == pytest.approx(2.7764451 * math.sqrt(2.5 / 5))  # t quantile of 4 degrees of freedom
    assert estimate - low == pytest.approx(high - estimate)


def test_interval_covers_the_mean_as_often_as_it_says():
    samples = np.random.default_rng(0).normal(7, 3, (4000, 5))
    covered = np.mean([low <= 7 <= high for _, low, high, _ in map(mean_interval, samples)])
    assert covered == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / 4000))


def test_few_or_equal_runs():
    assert mean_interval([2.0]) == (2.0, -math.inf, math.inf, 1)
    assert mean_interval([2.0, 2.0]) == (2.0, -math.inf, math.inf, 2)  # nothing else is known of them
    assert mean_interval([0.25], SHARE) == (0.25, 0.0, 1.0, 1)
    low, high = mean_interval([0.1] * 5, SHARE)[1:3]
    half = 2.7764451 * math.sqrt(0.03 * (0.1**2 + 0.9**2) / 4 / 5)  # runs at either end, of weight 0.03
    assert (0.1 - low, high - 0.1) == pytest.approx((half, half))
    assert mean_interval([1.0] * 5, rank_bounds(128))[1:3] == pytest.approx((1, 1 + 2.7764451 * math.sqrt(2 / 4 / 5)))


def test_differences_and_ratios_of_the_same_runs():
    first, second = [3.0, 5.0, 9.0], [1.0, 2.0, 4.0]
    assert difference_interval(first, second) == mean_interval([2.0, 3.0, 5.0])
    logs = mean_interval(np.log([3.0, 2.5, 2.25]))
    assert ratio_interval(first, second) == pytest.approx([*np.exp(logs[:3]), 3])
    equal = ratio_interval([32.0] * 6, [2.0] * 6, rank_bounds(32))  # ranks that might have been one more or less
    half = 2.5705818 * math.sqrt(2 * (1 / 32**2 + 1 / 2**2) / 5 / 6)
    assert equal[:3] == pytest.approx((16, 16 * math.exp(-half), 16 * math.exp(half)))
    shares = difference_interval([0.9, 0.95], [0.05, 0.1], SHARE)
    assert shares.high <= 1
    for one, other, message in (([1.0], [1.0, 2.0], "as many"), ([1.0, math.nan], [1.0, 2.0], "finite")):
        with pytest.raises(ValueError, match=message):
            difference_interval(one, other)
    with pytest.raises(ValueError, match="positive"):
        ratio_interval([1.0, 0.0], [1.0, 1.0])


def test_series_are_paired_by_their_index_whatever_its_order():
    first = pd.Series([1.0, 2.0, 4.0], index=[0, 1, 2])
    second = pd.Series([30.0, 10.0, 20.0], index=[2, 0, 1])
    assert difference_interval(second, first) == difference_interval([10.0, 20.0, 30.0], [1.0, 2.0, 4.0])
    assert ratio_interval(second, first) == pytest.approx(ratio_interval([10.0, 20.0, 30.0], [1.0, 2.0, 4.0]))
    for index in ([0, 1, 3], [0, 1, 1]):
        with pytest.raises(ValueError, match="the same runs"):
            difference_interval(second, first.set_axis(index))


@pytest.mark.parametrize("value", [0.1, 0.7, 1e6 / 3])
def test_values_that_are_equal_but_for_rounding_are_equal(value):
    assert mean_interval([value] * 6)[1:3] == (-math.inf, math.inf)


def test_a_value_that_rounding_put_out_of_bounds_is_in_its_interval():
    found = mean_interval([128.001, 128.0, 128.0], rank_bounds(128))
    assert found.low <= found.estimate <= found.high
    assert mean_interval([0.0, 0.0, 1.0], rank_bounds(128)).low == 0  # the rank of a state that is zero


def test_an_interval_over_a_number():
    assert Interval(6.0, 3.0, 12.0, 5).over(3) == (2.0, 1.0, 4.0, 5)


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [math.inf]])
def test_what_has_no_mean_is_refused(values):
    with pytest.raises(ValueError, match="finite"):
        mean_interval(values)


def test_rank_correlation_against_scipy_and_a_null_of_known_spread():
    draw = np.random.default_rng(0)
    x = draw.normal(size=60)
    y = x + draw.normal(size=60)
    found = rank_correlation(x, y, np.arange(60))
    assert found.estimate == pytest.approx(stats.spearmanr(x, y).statistic)
    hits = 0
    for _ in range(200):  # independent: the interval holds zero in about 95% of cases
        null = rank_correlation(draw.normal(size=40), draw.normal(size=40), np.arange(40) // 2)
        hits += null.low <= 0 <= null.high
    assert 180 <= hits <= 199
    assert rank_correlation([1, 2, 3, 4], [1, 2, 3, math.inf], [0, 0, 1, 1]).estimate == pytest.approx(1)
    for groups, values in (([0, 0], [1, 2]), ([0, 1], [1, 1])):
        with pytest.raises(ValueError, match="at least two groups"):
            rank_correlation([1, 2], values, groups)


def test_burn_in_is_found_and_deleted():
    rng = np.random.default_rng(0)
    times = np.arange(400)
    series = 5 + 40 * np.exp(-times / 15) + rng.normal(0, 1, (8, 400))
    assert 40 <= mser_burn_in(series.mean(0)) <= 150
    interval, burn_in = stationary_interval(series)
    assert interval.low < 5 < interval.high
    assert series.mean() > interval.high  # without deletion the mean would be outside
    assert burn_in == mser_burn_in(series.mean(0))
    with pytest.raises(ValueError, match="at least 20"):
        mser_burn_in([1.0] * 19)


def test_intervals_of_autocorrelated_chains_cover():
    """AR(1) chains of correlation time 20: the interval over chains covers as it says, a naive one would not."""
    rng, covered, naive = np.random.default_rng(1), [], []
    for _ in range(300):
        x = np.zeros((6, 300))
        x[:, 0] = rng.normal(0, 1 / math.sqrt(1 - 0.95**2), 6)
        for t in range(1, 300):
            x[:, t] = 0.95 * x[:, t - 1] + rng.normal(0, 1, 6)
        interval, _ = stationary_interval(x)
        covered.append(interval.low <= 0 <= interval.high)
        naive.append(abs(x.mean()) < 1.96 * x.std() / math.sqrt(x.size))
    assert np.mean(covered) > 0.9
    assert np.mean(naive) < 0.6
