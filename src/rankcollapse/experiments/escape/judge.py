"""Judge C7."""

import numpy as np
import pandas as pd

from rankcollapse.claims.judging import condition, judge
from rankcollapse.claims.records import Claim
from rankcollapse.experiments.escape.claims import C7, LAYERS, START, TENTH
from rankcollapse.experiments.escape.summary import passages, second_at_start, smallest_at_the_end
from rankcollapse.statistics.intervals import Bounds, mean_interval


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claim that this experiment decides."""
    frame = frames["escape.chain"]
    deepest = int(frame["layer"].max())
    if deepest < LAYERS:
        return [judge(C7, [], f"needs at least {LAYERS:g} layers; ran {deepest}")]
    # a chain that has not escaped counts as if it did one layer after the last: later than the claim allows
    bounds = Bounds(0.0, deepest + 1.0, unit=1.0)
    layers = mean_interval(passages(frame).clip(upper=bounds.high), bounds)
    start, tenth = mean_interval(np.log10(second_at_start(frame))), mean_interval(smallest_at_the_end(frame))
    conditions = [
        condition("layers until the second eigenvalue is 1", layers, "<", LAYERS),
        condition("log10 of the second eigenvalue at the start", start, "<", START),
        condition("tenth eigenvalue at the last layer", tenth, ">=", TENTH),
    ]
    return [judge(C7, conditions)]
