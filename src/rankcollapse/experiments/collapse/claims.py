"""C8: the rate of collapse without BN."""

from typing import Any

import numpy as np
import pandas as pd

from rankcollapse.claims import Condition, judge, worst
from rankcollapse.intervals import Interval, mean_interval

# Thresholds, fixed before the runs they judge: the measured gaps are the exact ones to one percent.
LOW, HIGH = 0.99, 1.01


def slopes(frame: pd.DataFrame) -> dict[int, Interval]:
    """Slope of measured on exact exponents, both about their means: one for equal gaps; over chains, by width."""

    def slope(chain: pd.DataFrame) -> float:
        exact = chain["exact"] - chain["exact"].mean()
        return float((exact * chain["exponent"]).sum() / (exact**2).sum())

    return {
        int(width): mean_interval([slope(chain) for _, chain in group.groupby("chain")])
        for width, group in frame.groupby("width")
    }


def discrepancy(frame: pd.DataFrame) -> float:
    """Root mean square of (measured - exact) / standard error over all exponents of all widths; about one."""
    grouped = frame.groupby(["width", "index"])
    error = grouped["exponent"].std() / np.sqrt(grouped.size())
    return float(np.sqrt((((grouped["exponent"].mean() - grouped["exact"].first()) / error) ** 2).mean()))


def judge_all(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The entries of claims.json that this experiment decides."""
    points = slopes(frames["collapse.spectrum"])
    name = "slope of measured on exact Lyapunov exponents at width"
    conditions = [
        worst(Condition(f"{name} {width}", slope, ">=", LOW) for width, slope in points.items()),
        worst(Condition(f"{name} {width}", slope, "<", HIGH) for width, slope in points.items()),
    ]
    return [judge("C8", conditions)]
