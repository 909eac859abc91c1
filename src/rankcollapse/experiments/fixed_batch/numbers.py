"""The numbers of wide networks that the paper's text quotes."""

import pandas as pd

from rankcollapse.experiments.fixed_batch.summary import gap_exponent, stationary
from rankcollapse.report.numbers import interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    frame = frames["fixed_batch.chain"]
    widest = int(frame["width"].max())
    ratio = {kind: stationary(frame, kind, "participation_ratio")[widest] for kind in ("identity", "relu")}
    return {
        "fixed_batch.samples": number(int(frame["samples"].iloc[0])),
        "fixed_batch.widest": number(widest),
        "fixed_batch.ratio.identity": interval(ratio["identity"]),
        "fixed_batch.ratio.relu": interval(ratio["relu"]),
        "fixed_batch.exponent.identity": interval(gap_exponent(frame)),
    }
