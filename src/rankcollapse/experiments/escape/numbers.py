"""The numbers of Figure 3b that the paper's text quotes."""

import pandas as pd

from rankcollapse.experiments.escape.claims import passage_layers
from rankcollapse.intervals import mean_interval
from rankcollapse.numbers import interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    frame = frames["escape.chain"]
    last = frame[frame["layer"] == frame["layer"].max()]
    escaped = (frame[frame["index"] == 2].groupby("chain")["eigenvalue"].max() >= 1).sum()
    return {
        "escape.escaped": number(int(escaped)),
        "escape.layers": interval(*passage_layers(frame)[:3]) if escaped else "--",
        "escape.start": number(float(frame[(frame["layer"] == 0) & (frame["index"] == 2)]["eigenvalue"].median())),
        "escape.tenth": interval(*mean_interval(last[last["index"] == last["index"].max()]["eigenvalue"])[:3]),
    }
