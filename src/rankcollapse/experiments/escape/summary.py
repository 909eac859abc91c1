"""What the judge and the numbers of Figure 3b share."""

import math

import pandas as pd

from rankcollapse.experiments.escape.claims import ORDER_ONE


def passages(frame: pd.DataFrame) -> pd.Series:
    """First layer at which the second eigenvalue is of order one, for every chain; infinite where none is."""
    second = frame[frame["index"] == 2]
    reached = second["layer"].where(second["eigenvalue"] >= ORDER_ONE, math.inf)
    return reached.groupby(second["chain"]).min()


def second_at_start(frame: pd.DataFrame) -> pd.Series:
    """The second eigenvalue at the start, of every chain."""
    return frame[(frame["layer"] == 0) & (frame["index"] == 2)]["eigenvalue"]


def smallest_at_the_end(frame: pd.DataFrame) -> pd.Series:
    """The smallest measured eigenvalue, the tenth, at the last layer, of every chain."""
    last = frame[(frame["layer"] == frame["layer"].max()) & (frame["index"] == frame["index"].max())]
    return last["eigenvalue"]
