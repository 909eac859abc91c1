"""Averages in stationarity of wide networks on small batches."""

import pandas as pd

from rankcollapse.intervals import Interval, stationary_interval


def stationary(frame: pd.DataFrame, activation: str, measure: str) -> dict[int, Interval]:
    """Mean in stationarity with its interval, for each width."""
    chosen = frame[frame["activation"] == activation]
    return {
        int(width): stationary_interval(group.pivot(index="chain", columns="layer", values=measure).to_numpy())[0]
        for width, group in chosen.groupby("width")
    }
