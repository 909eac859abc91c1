"""E1 and E2: the drift identity and the explicit bound."""

from typing import Any

import numpy as np
import pandas as pd

from rankcollapse.claims import Condition, judge, worst
from rankcollapse.experiments.bounds.theorem import quantity
from rankcollapse.experiments.width.claims import stationarity
from rankcollapse.experiments.width.summary import gammas
from rankcollapse.intervals import Interval

# Thresholds, fixed before the runs they judge, but for SECOND_ORDER.
LOW, HIGH = 0.98, 1.02  # the identity holds to two percent
BALANCE = 0.05  # in stationarity its bracket is zero to five percent of its leading term 2 d²
SECOND_ORDER = 0.01  # γ² d below which terms of higher order in γ do not matter at that precision


def slopes(drift: pd.DataFrame) -> dict[int, Interval]:
    """Slope of measured drift on the identity through the origin, weighted by its errors, by width."""
    points = {}
    for width, states in drift.groupby("width"):
        weight = states["standard_error"] ** -2.0
        information = (weight * states["identity"] ** 2).sum()
        slope = (weight * states["identity"] * states["measured"]).sum() / information
        margin = 1.96 / np.sqrt(information)
        points[int(width)] = Interval(float(slope), float(slope - margin), float(slope + margin), len(states))
    return points


def by_width(table: pd.DataFrame, name: str, gamma: str) -> dict[int, Interval]:
    """Intervals of one quantity of the bounds' table."""
    rows = quantity(table, name, gamma)
    return {int(row.Index): Interval(row.estimate, row.low, row.high, row.n) for row in rows.itertuples()}


def judge_all(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The entries of claims.json that this experiment decides."""
    table = frames["bounds.theorem"]
    smallest = gammas(table)[0]
    points = slopes(frames["bounds.drift"])
    name = "slope of measured drift on the identity at width"
    balance, tightness = (
        {
            width: value
            for width, value in by_width(table, measured, smallest).items()
            if float(smallest) ** 2 * width < SECOND_ORDER
        }
        for measured in ("drift", "tightness")
    )
    unreachable = None if balance else f"needs a width with γ² d < {SECOND_ORDER}; the smallest γ is {smallest}"
    in_balance = [
        [
            Condition(f"bracket over 2 d² in stationarity, width {width}", value, relation, threshold)
            for width, value in balance.items()
        ]
        for relation, threshold in ((">=", -BALANCE), ("<", BALANCE))
    ]
    return [
        judge(
            "E1",
            [
                worst(Condition(f"{name} {width}", slope, ">=", LOW) for width, slope in points.items()),
                worst(Condition(f"{name} {width}", slope, "<", HIGH) for width, slope in points.items()),
                *(worst(side) for side in in_balance if balance),
            ],
            missing=unreachable,
        ),
        judge(
            "E2",
            [
                worst(
                    Condition(f"r over the bound at γ = {smallest}, width {width}", value, ">=", 1.0)
                    for width, value in tightness.items()
                ),
                stationarity(frames["width.chain"]),
            ]
            if tightness
            else [],
            missing=unreachable,
        ),
    ]
