"""The numbers of the collapse rate that the paper's text quotes."""

import pandas as pd

from rankcollapse.experiments.collapse.claims import discrepancy, slopes
from rankcollapse.numbers import interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    frame = frames["collapse.spectrum"]
    widest = int(frame["width"].max())
    return {
        "collapse.widest": number(widest),
        "collapse.slope": interval(*slopes(frame)[widest][:3]),
        "collapse.discrepancy": number(discrepancy(frame)),
    }
