"""Weighted least squares through estimates."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy import stats
from statsmodels.regression.linear_model import WLS
from statsmodels.tools.tools import add_constant

from rankcollapse.statistics.intervals import Interval


def _slope(x: np.ndarray, y: Sequence[float], errors: Sequence[float], scale: float | None, use_t: bool) -> Interval:
    """The last coefficient of a weighted fit; `scale` is the variance of the residuals over the squared errors.

    With None it is estimated, and at least one: scatter about the line counts where it is more than the errors explain.
    """
    model = WLS(y, x, weights=np.asarray(errors, float) ** -2.0)
    scale = max(1.0, float(model.fit().scale)) if scale is None else scale
    fit = model.fit(cov_type="fixed scale", cov_kwds={"scale": scale}, use_t=use_t)
    low, high = fit.conf_int()[-1]
    return Interval(float(fit.params[-1]), float(low), float(high), len(y))


def _points(points: dict[float, Interval]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Abscissas, estimates and standard errors of at least three points.

    An error is the half-width over that of the normal law, not of Student's: so it also counts what few runs leave open
    of their spread, and a fit through points of few runs keeps its coverage.
    """
    if len(points) < 3:
        raise ValueError(f"expected at least three points, got {points}")
    half = np.array([(point.high - point.low) / 2 for point in points.values()])
    return np.array(list(points), float), np.array([p.estimate for p in points.values()]), half / stats.norm.ppf(0.975)


def combination(
    points: dict[float, Interval], *terms: Callable[[np.ndarray], np.ndarray]
) -> tuple[list[Interval], float]:
    """A sum of functions of the abscissa through estimates, by weighted least squares; points as in `power_law`.

    Returns:
        The coefficients, and the sum of squares of the residuals in units of the errors.

    Raises:
        ValueError: fewer than three points.
    """
    x, y, errors = _points(points)
    columns = [term(x) for term in terms]
    turned = [[*columns[:at], *columns[at + 1 :], columns[at]] for at in range(len(columns))]
    misfit = float(WLS(y, np.column_stack(columns), weights=errors**-2).fit().ssr)
    return [_slope(np.column_stack(each), y, errors, scale=None, use_t=True) for each in turned], misfit


def power_law(points: dict[float, Interval]) -> Interval:
    """Exponent of a power law through estimates, by weighted least squares on logarithms.

    Args:
        points: positive estimates with their intervals, by positive abscissa; at least three, their widths are the
            weights. One without an interval gets the largest relative width of the others.

    Raises:
        ValueError: fewer than three points, or one that is not positive.
    """
    x, y, errors = _points(points)
    if (x <= 0).any() or (y <= 0).any():
        raise ValueError(f"expected positive points, got {points}")
    errors = errors / y
    known = np.isfinite(errors)
    errors = np.where(known, errors, errors[known].max() if known.any() else 1.0)
    errors = np.maximum(errors, max(1e-4 * errors.max(), 1e-12))  # a point without spread does not decide alone
    return _slope(add_constant(np.log(x)), np.log(y), errors, scale=None, use_t=True)


def slope_through_origin(x: Sequence[float], y: Sequence[float], errors: Sequence[float]) -> Interval:
    """Slope of `y` on `x` through the origin, weighted by known standard errors of `y`; normal interval."""
    return _slope(np.asarray(x, float), y, errors, scale=1.0, use_t=False)
