"""The numbers of the laws that the paper's text quotes beside those of the claims."""

import pandas as pd

from rankcollapse.experiments.laws.summary import explosion, mean, of_law
from rankcollapse.report.numbers import interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    rows = {law: of_law(frames, law) for law in ("F1", "F2", "F7", "F8")}
    narrow = of_law(frames, "F2", all_sizes=True)
    narrow = narrow[narrow["case"] == next(iter(narrow["case"]), None)]
    ratios = list(mean(narrow[narrow["x"] == narrow["x"].max()], ["x"], "ratio").values()) or [None]
    ranks = rows["F8"].pivot(index=["case", "chain"], columns="x", values="value")
    rising = (ranks.diff(axis=1) > 0).any(axis=1)
    limits = explosion(rows["F1"]).values()
    return {
        "laws.F1.limit": interval(max(limits, key=lambda each: each.high - each.low, default=None)),
        "laws.F1.correction": ", ".join(interval(each) for each in explosion(rows["F1"], term=1).values()),
        "laws.F2.narrow": interval(ratios[-1]),
        "laws.F7.heavy": ", ".join(
            interval(each) for each in mean(rows["F7"], ["case"], "ratio", "spread 1.0").values()
        ),
        "laws.F8.rising": number(int(rising.sum())),
        "laws.F8.networks": number(len(rising)),
    }
