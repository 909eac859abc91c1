"""E5: wide networks on small batches."""

from typing import Any

import pandas as pd

from rankcollapse.claims import Condition, judge, worst
from rankcollapse.experiments.wide.summary import stationary
from rankcollapse.intervals import power_law
from rankcollapse.theory import wide_participation_ratio

# Thresholds, fixed before the runs they judge, but for WIDEST.
WIDE = 16  # widths of at least this many times N are in the regime of the gap's power law
EXPONENT_LOW, EXPONENT_HIGH = -0.55, -0.45  # a gap of order 1/√d
FULL = 0.99  # r / N at the largest width,
WIDEST = 25  # if it is this many times N² or more, from where on the crossover law itself is as close to N
LOW, HIGH = 0.8, 1.2  # r over its leading order, through the crossover


def judge_all(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The entries of claims.json that this experiment decides."""
    frame = frames["wide.chain"]
    samples = int(frame["samples"].iloc[0])
    ratio = stationary(frame, "identity", "participation_ratio")
    gap = stationary(frame, "identity", "orthogonality_gap")
    wide = {width: value for width, value in gap.items() if width >= WIDE * samples}
    widest = max(ratio)
    if len(wide) < 3 or widest < WIDEST * samples**2:
        missing = f"needs three widths of {WIDE} N or more, one of them at least {WIDEST} N²"
        return [judge("E5", [], missing)]

    exponent = power_law(wide)
    relative = {
        width: value.over(wide_participation_ratio(width, samples))
        for width, value in ratio.items()
        if width >= samples
    }
    return [
        judge(
            "E5",
            [
                Condition("exponent of the orthogonality gap in the width", exponent, ">=", EXPONENT_LOW),
                Condition("exponent of the orthogonality gap in the width", exponent, "<", EXPONENT_HIGH),
                Condition(f"r over N at width {widest}", ratio[widest].over(samples), ">=", FULL),
                worst(
                    Condition(f"r over the crossover law at width {width}", value, ">=", LOW)
                    for width, value in relative.items()
                ),
                worst(
                    Condition(f"r over the crossover law at width {width}", value, "<", HIGH)
                    for width, value in relative.items()
                ),
            ],
        )
    ]
