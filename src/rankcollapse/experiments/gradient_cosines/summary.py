"""The summary of directional vanishing that its judge and its numbers share."""

import pandas as pd

from rankcollapse.statistics.intervals import Interval, rank_correlation


def correlation(frame: pd.DataFrame) -> Interval:
    """Spearman's correlation of r with the cosine within an output unit, over all networks."""
    return rank_correlation(frame["participation_ratio"], frame["unit_cosine"], frame["seed"])
