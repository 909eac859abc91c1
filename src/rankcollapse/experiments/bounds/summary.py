"""Estimates of the bounds that their figure, judge and numbers share."""

import pandas as pd

from rankcollapse.experiments.bounds.claims import SECOND_ORDER
from rankcollapse.statistics.estimates import intervals
from rankcollapse.statistics.fits import slope_through_origin
from rankcollapse.statistics.intervals import Interval


def slopes(drift: pd.DataFrame) -> dict[int, Interval]:
    """Slope of measured drift on the identity through the origin, weighted by its errors, by width."""
    columns = ["identity", "measured", "standard_error"]
    return {int(width): slope_through_origin(*states[columns].to_numpy().T) for width, states in drift.groupby("width")}


def by_width(table: pd.DataFrame, quantity: str, gamma: str) -> dict[int, Interval]:
    """Intervals of one quantity of the frame `bounds.theorem` at one γ."""
    rows = table[(table["quantity"] == quantity) & (table["gamma"] == gamma)]
    return intervals(rows[["width", *Interval._fields]])


def of_second_order(points: dict[int, Interval], gamma: str) -> dict[int, Interval]:
    """The points at widths where terms of higher order in γ do not matter."""
    return {width: point for width, point in points.items() if float(gamma) ** 2 * width < SECOND_ORDER}
