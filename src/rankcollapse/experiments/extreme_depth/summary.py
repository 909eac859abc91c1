"""What the judge and the numbers of Figure 2 share."""

import pandas as pd

from rankcollapse.statistics.estimates import estimates, intervals
from rankcollapse.statistics.intervals import Bounds, Interval, rank_bounds


def bounds_of(frame: pd.DataFrame) -> Bounds:
    """The bounds of a rank in this frame, whose batches are as large as its networks are wide."""
    return rank_bounds(int(frame["width"].iloc[0]))


def by_layer(frame: pd.DataFrame, activation: str, variant: str) -> dict[int, Interval]:
    """Mean numerical rank and its interval over the chains, for each measured layer."""
    chains = frame[(frame["activation"] == activation) & (frame["variant"] == variant)]
    return intervals(estimates(chains, "layer", "numerical_rank", bounds_of(frame)))
