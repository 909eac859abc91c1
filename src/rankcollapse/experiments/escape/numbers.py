"""The numbers of Figure 3b that the paper's text quotes."""

import math

import pandas as pd

from rankcollapse.experiments.escape.summary import passages, second_at_start, smallest_at_the_end
from rankcollapse.report.numbers import interval, number
from rankcollapse.statistics.intervals import mean_interval


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    frame = frames["escape.chain"]
    layers = passages(frame)
    escaped = layers[layers < math.inf]
    return {
        "escape.escaped": number(len(escaped)),
        "escape.layers": interval(mean_interval(escaped) if len(escaped) else None),
        "escape.start": number(float(second_at_start(frame).median())),
        "escape.tenth": interval(mean_interval(smallest_at_the_end(frame))),
    }
