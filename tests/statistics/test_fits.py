"""Fits through estimates."""

import math

import numpy as np
import pytest
from scipy import stats

from rankcollapse.statistics.fits import combination, power_law, slope_through_origin
from rankcollapse.statistics.intervals import Interval


def test_power_laws():
    points = {d: Interval(3 * d**0.5, 3 * d**0.5 * 0.99, 3 * d**0.5 * 1.01, 5) for d in (8, 16, 32, 64, 128)}
    fitted = power_law(points)
    assert fitted.estimate == pytest.approx(0.5)
    assert fitted.low < 0.5 < fitted.high
    bent = {
        d: Interval(p.estimate * (1 + 4 / d), p.low * (1 + 4 / d), p.high * (1 + 4 / d), 5) for d, p in points.items()
    }
    assert power_law(bent).high - power_law(bent).low > fitted.high - fitted.low  # scatter about the line counts
    with pytest.raises(ValueError, match="three"):
        power_law({8: points[8], 16: points[16]})


def test_a_point_without_an_interval_counts_as_little_as_the_least_certain():
    known = {d: Interval(d**0.5, d**0.5 * (1 - e), d**0.5 * (1 + e), 5) for d, e in ((16, 0.1), (32, 0.01), (64, 0.02))}
    unknown, as_the_least = Interval(3.0, -math.inf, math.inf, 5), Interval(3.0, 2.7, 3.3, 5)
    assert power_law({8: unknown} | known) == pytest.approx(power_law({8: as_the_least} | known))
    nothing = {d: Interval(d**0.5, -math.inf, math.inf, 1) for d in (8, 16, 32)}
    assert power_law(nothing).estimate == pytest.approx(0.5)


def test_points_without_spread_are_points_of_a_power_law():
    exact = {d: Interval(3 * d**0.5, 3 * d**0.5, 3 * d**0.5, 5) for d in (8, 16, 32)}
    with np.errstate(all="raise"):
        assert power_law(exact)[:3] == pytest.approx((0.5, 0.5, 0.5))
        points = {d: Interval(d**0.5, d**0.5 * 0.9, d**0.5 * 1.1, 5) for d in (16, 32)}
        found = power_law({8: Interval(2 * 8**0.5, 2 * 8**0.5, 2 * 8**0.5, 5)} | points)
    # through that point: the least squares of the others are 0.5 less ln 2 · (1 + 2) ln 2 / (1 + 4) (ln 2)²
    assert found.estimate == pytest.approx(-0.1, abs=1e-6)
    assert found.low < 0.5 < found.high  # but what the others scatter counts


def straight_line(x, y, errors):
    """Slope and standard error of a weighted line, by the sums of its closed form; the error grows with the scatter."""
    w = [error**-2 for error in errors]
    mean_x, mean_y = (sum(a * b for a, b in zip(w, values, strict=True)) / sum(w) for values in (x, y))
    information = sum(a * (b - mean_x) ** 2 for a, b in zip(w, x, strict=True))
    slope = sum(a * (b - mean_x) * (c - mean_y) for a, b, c in zip(w, x, y, strict=True)) / information
    scatter = sum(a * (c - mean_y - slope * (b - mean_x)) ** 2 for a, b, c in zip(w, x, y, strict=True))
    return slope, math.sqrt(max(1.0, scatter / (len(x) - 2)) / information)


@pytest.mark.parametrize("spread", [0.2, 1.0, 5.0])  # of the points about the line, in their errors
def test_a_power_law_is_the_closed_form_of_weighted_least_squares(spread):
    draw = np.random.default_rng(0)
    widths, errors = [8, 16, 32, 64, 128], [0.05, 0.01, 0.02, 0.005, 0.03]
    values = [2 * d**0.7 * math.exp(spread * e * draw.normal()) for d, e in zip(widths, errors, strict=True)]
    half = stats.norm.ppf(0.975)
    points = {
        d: Interval(v, v * (1 - half * e), v * (1 + half * e), 5)
        for d, v, e in zip(widths, values, errors, strict=True)
    }
    slope, error = straight_line([math.log(d) for d in widths], [math.log(v) for v in values], errors)
    margin = stats.t.ppf(0.975, 3) * error
    assert power_law(points) == pytest.approx((slope, slope - margin, slope + margin, 5))


def test_a_combination_of_two_terms_is_a_weighted_line():
    widths, errors = [8, 16, 32, 64], [0.05, 0.01, 0.02, 0.03]
    values = [3 - 2 / d + e for d, e in zip(widths, (0.04, -0.02, 0.01, 0.05), strict=True)]
    half = stats.norm.ppf(0.975)
    points = {d: Interval(v, v - half * e, v + half * e, 5) for d, v, e in zip(widths, values, errors, strict=True)}
    (limit, slope), misfit = combination(points, np.ones_like, np.reciprocal)
    expected, error = straight_line([1 / d for d in widths], values, errors)
    margin = stats.t.ppf(0.975, 2) * error
    assert slope == pytest.approx((expected, expected - margin, expected + margin, 4))
    left = [(v - limit.estimate - expected / d) / e for d, v, e in zip(widths, values, errors, strict=True)]
    assert misfit == pytest.approx(sum(each**2 for each in left))
    with pytest.raises(ValueError, match="three"):
        combination({8: points[8], 16: points[16]}, np.ones_like)


@pytest.mark.parametrize("points", [{8: (0.0, 1.0)}, {0: (1.0, 2.0)}, {8: (-1.0, 1.0)}])
def test_points_that_have_no_logarithm_are_refused(points):
    others = {width: Interval(1.0, 0.9, 1.1, 5) for width in (16, 32)}
    with pytest.raises(ValueError, match="positive"):
        power_law(others | {width: Interval(low, low, high, 5) for width, (low, high) in points.items()})


def test_a_slope_through_the_origin_is_its_closed_form():
    x, y, errors = [1.0, 2.0, -3.0], [2.1, 3.7, -6.5], [0.1, 0.2, 0.4]
    information = sum((a / e) ** 2 for a, e in zip(x, errors, strict=True))
    slope = sum(a * b / e**2 for a, b, e in zip(x, y, errors, strict=True)) / information
    margin = 1.959964 / math.sqrt(information)
    assert slope_through_origin(x, y, errors) == pytest.approx((slope, slope - margin, slope + margin, 3))


def test_a_slope_through_the_origin_is_covered_as_often_as_its_interval_says():
    draw, x, errors = np.random.default_rng(0), np.array([1.0, 4.0, 9.0]), np.array([0.5, 0.1, 2.0])
    found = [slope_through_origin(x, 1.5 * x + errors * draw.normal(size=3), errors) for _ in range(1000)]
    covered = np.mean([slope.low <= 1.5 <= slope.high for slope in found])
    assert covered == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / 1000))
