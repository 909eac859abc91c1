"""Comparisons of measured with exact Lyapunov exponents."""

import numpy as np
import pandas as pd
from scipy import stats

from rankcollapse.statistics.estimates import estimates, intervals
from rankcollapse.statistics.intervals import Interval


def slopes(frame: pd.DataFrame) -> dict[int, Interval]:
    """Slope of measured on exact exponents, both about their means: one for equal gaps; over chains, by width."""
    chains = [
        (width, stats.linregress(chain["exact"], chain["exponent"]).slope)
        for (width, _), chain in frame.groupby(["width", "chain"])
    ]
    return intervals(estimates(pd.DataFrame(chains, columns=["width", "slope"]), "width", "slope"))


def discrepancy(frame: pd.DataFrame) -> float:
    """Root mean square of (measured - exact) / standard error over all exponents of all widths; about one."""
    grouped = frame.groupby(["width", "index"])
    error = grouped["exponent"].sem()
    return float(np.sqrt((((grouped["exponent"].mean() - grouped["exact"].first()) / error) ** 2).mean()))
