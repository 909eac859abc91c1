"""Judge C7."""

import numpy as np
import pandas as pd

from rankcollapse.claims.judging import condition, judge
from rankcollapse.claims.records import Claim
from rankcollapse.experiments.escape.claims import C7, LAYERS, START, TENTH
from rankcollapse.experiments.escape.summary import passages, second_at_start, smallest_at_the_end
from rankcollapse.statistics.intervals import Interval, mean_interval


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claim that this experiment decides."""
    frame = frames["escape.chain"]
    escaped, chains = passages(frame), frame["chain"].nunique()
    share = len(escaped) / chains
    start, tenth = mean_interval(np.log10(second_at_start(frame))), mean_interval(smallest_at_the_end(frame))
    conditions = [
        condition("share of chains that escape", Interval(share, share, share, chains), ">=", 1.0),
        condition("log10 of the second eigenvalue at the start", start, "<", START),
        condition("tenth eigenvalue at the last layer", tenth, ">=", TENTH),
    ]
    if len(escaped):
        layers = mean_interval(escaped)
        conditions.insert(1, condition("layers until the second eigenvalue is 1", layers, "<", LAYERS))
    return [judge(C7, conditions)]
