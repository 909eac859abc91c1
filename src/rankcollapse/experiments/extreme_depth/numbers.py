"""The numbers of Figure 2 that the paper's text quotes."""

import pandas as pd

from rankcollapse.experiments.extreme_depth.summary import by_layer
from rankcollapse.report.numbers import interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX: rank at the last layer of each activation and variant."""
    frame = frames["extreme_depth.chain"]
    deepest = int(frame["layer"].max())
    results = {"extreme_depth.root": number(round(frame["width"].iloc[0] ** 0.5, 2))}
    for activation in ("identity", "relu", "tanh"):
        for variant in ("bn", "vanilla"):
            rank = by_layer(frame, activation, variant)[deepest]
            results[f"extreme_depth.rank.{activation}.{variant}"] = interval(rank)
    return results
