"""C7: what Figure 3b decides."""

from typing import Any

import numpy as np
import pandas as pd

from rankcollapse.claims import Condition, judge
from rankcollapse.intervals import Interval, mean_interval

# Thresholds, fixed before the runs they judge: "from below 1e-9 to order one within about 40 layers".
START = -9.0  # log10 of the second eigenvalue at the start
ORDER_ONE = 1.0  # an eigenvalue's share of the trace, Tr M = d, in units of the mean eigenvalue
LAYERS = 60.0  # "about 40", with half as much again
TENTH = 0.1  # the tenth eigenvalue at the last layer: order one within a factor of ten


def passage_layers(frame: pd.DataFrame) -> Interval:
    """First layer at which the second eigenvalue is of order one, mean over the chains that get there."""
    second = frame[(frame["index"] == 2) & (frame["eigenvalue"] >= ORDER_ONE)]
    return mean_interval(second.groupby("chain")["layer"].min())


def judge_all(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The entries of claims.json that this experiment decides."""
    frame = frames["escape.chain"]
    start = frame[(frame["layer"] == 0) & (frame["index"] == 2)]
    last = frame[(frame["layer"] == frame["layer"].max()) & (frame["index"] == frame["index"].max())]
    escaped = frame[(frame["index"] == 2) & (frame["eigenvalue"] >= ORDER_ONE)]["chain"].nunique()
    share = escaped / frame["chain"].nunique()
    conditions = [
        Condition("share of chains that escape", Interval(share, share, share, frame["chain"].nunique()), ">=", 1.0),
        Condition(
            "log10 of the second eigenvalue at the start", mean_interval(np.log10(start["eigenvalue"])), "<", START
        ),
        Condition("tenth eigenvalue at the last layer", mean_interval(last["eigenvalue"]), ">=", TENTH),
    ]
    if escaped:
        conditions.insert(1, Condition("layers until the second eigenvalue is 1", passage_layers(frame), "<", LAYERS))
    return [judge("C7", conditions)]
