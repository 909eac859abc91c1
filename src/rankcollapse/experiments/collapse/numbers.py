"""The numbers of the collapse rate that the paper's text quotes."""

import math

import pandas as pd

from rankcollapse.experiments.collapse.summary import discrepancy, slopes
from rankcollapse.report.numbers import interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    frame = frames["collapse.spectrum"]
    widest, chains = int(frame["width"].max()), frame["chain"].nunique()
    return {
        "collapse.widest": number(widest),
        "collapse.slope": interval(slopes(frame)[widest]),
        "collapse.expected": number(math.sqrt((chains - 1) / (chains - 3)) if chains > 3 else None),
        "collapse.discrepancy": number(discrepancy(frame)),
    }
