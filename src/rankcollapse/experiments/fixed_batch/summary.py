"""Averages in stationarity of wide networks on small batches."""

import pandas as pd

from rankcollapse.experiments.fixed_batch.claims import WIDE
from rankcollapse.experiments.stationary_rank.summary import chain_averages
from rankcollapse.statistics.estimates import estimates, intervals
from rankcollapse.statistics.fits import power_law
from rankcollapse.statistics.intervals import Interval

MEASURES = ("participation_ratio", "soft_rank", "orthogonality_gap")


def in_stationarity(frame: pd.DataFrame) -> pd.DataFrame:
    """One row an activation, width and chain: the averages of `MEASURES`, each after its own burn-in."""
    groups = frame.groupby(["activation", "width"])
    tables = {key: pd.DataFrame({name: chain_averages(group, name) for name in MEASURES}) for key, group in groups}
    return pd.concat(tables, names=["activation", "width"]).reset_index()


def stationary(frame: pd.DataFrame, activation: str, measure: str) -> dict[int, Interval]:
    """Mean in stationarity with its interval, for each width."""
    return intervals(estimates(in_stationarity(frame[frame["activation"] == activation]), "width", measure))


def gap_exponent(frame: pd.DataFrame) -> Interval | None:
    """Exponent of the orthogonality gap of linear networks in the width; None if fewer than three are wide enough."""
    gap = stationary(frame, "identity", "orthogonality_gap")
    wide = {width: value for width, value in gap.items() if width >= WIDE * frame["samples"].iloc[0]}
    return power_law(wide) if len(wide) >= 3 else None
