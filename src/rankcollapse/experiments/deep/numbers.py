"""The numbers of Figure 2 that the paper's text quotes."""

import pandas as pd

from rankcollapse.experiments.deep.claims import by_layer
from rankcollapse.numbers import interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX: rank at the last layer of each activation and variant."""
    frame = frames["deep.chain"]
    deepest = int(frame["layer"].max())
    results = {"deep.root": number(round(frame["width"].iloc[0] ** 0.5, 2))}
    for activation in ("identity", "relu", "tanh"):
        for variant in ("bn", "vanilla"):
            rank = by_layer(frame, activation, variant)[deepest]
            results[f"deep.rank.{activation}.{variant}"] = interval(*rank[:3])
    return results
