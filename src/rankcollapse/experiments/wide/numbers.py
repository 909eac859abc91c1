"""The numbers of wide networks that the paper's text quotes."""

import pandas as pd

from rankcollapse.experiments.wide.claims import WIDE
from rankcollapse.experiments.wide.summary import stationary
from rankcollapse.intervals import power_law
from rankcollapse.numbers import interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    frame = frames["wide.chain"]
    samples, widest = int(frame["samples"].iloc[0]), int(frame["width"].max())
    results = {"wide.samples": number(samples), "wide.widest": number(widest)}
    for activation in ("identity", "relu"):
        ratio = stationary(frame, activation, "participation_ratio")[widest]
        results[f"wide.ratio.{activation}"] = interval(*ratio[:3])
    gap = stationary(frame, "identity", "orthogonality_gap")
    wide = {width: value for width, value in gap.items() if width >= WIDE * samples}
    results["wide.exponent.identity"] = interval(*power_law(wide)[:3]) if len(wide) >= 3 else "--"
    return results
