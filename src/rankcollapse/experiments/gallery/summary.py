"""What the gallery is judged by; figure and numbers use it too."""

import pandas as pd

from rankcollapse.statistics.intervals import Bounds, Interval, mean_interval, rank_bounds

Points = dict[tuple[str, str], Interval]


def bounds(states: pd.DataFrame) -> Bounds:
    """Of the participation ratio of one state, measured in several networks: one a row."""
    return rank_bounds(int(states[["columns", "units"]].min(axis=1).max()))


def last(frame: pd.DataFrame, measure: str = "participation_ratio") -> Points:
    """A measure of the last hidden state, by family and variant; one of rank."""
    groups = frame[frame["depth"] == 1].groupby(["family", "variant"])
    return {key: mean_interval(states[measure], bounds(states)) for key, states in groups}
