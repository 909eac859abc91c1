"""What the gallery is judged by; figure and numbers use it too."""

import pandas as pd

from rankcollapse.statistics.estimates import estimates, intervals
from rankcollapse.statistics.intervals import Bounds, Interval, rank_bounds

Points = dict[tuple[str, str], Interval]


def bounds(frame: pd.DataFrame) -> Bounds:
    """Of the participation ratio."""
    return rank_bounds(int(frame["columns"].max()))


def last(frame: pd.DataFrame, measure: str = "participation_ratio") -> Points:
    """A measure of the last hidden state, by family and variant; one of rank."""
    return intervals(estimates(frame[frame["depth"] == 1], ["family", "variant"], measure, bounds(frame)))
