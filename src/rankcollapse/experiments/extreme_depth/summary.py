"""What the judge and the numbers of Figure 2 share."""

import pandas as pd

from rankcollapse.statistics.estimates import estimates, intervals
from rankcollapse.statistics.intervals import Interval


def by_layer(frame: pd.DataFrame, activation: str, variant: str) -> dict[int, Interval]:
    """Mean numerical rank and its interval over the chains, for each measured layer."""
    chains = frame[(frame["activation"] == activation) & (frame["variant"] == variant)]
    return intervals(estimates(chains, "layer", "numerical_rank"))
