"""The numbers of the two-class problems that the paper's text quotes."""

import pandas as pd

from rankcollapse.experiments.pairs.summary import by_depth
from rankcollapse.numbers import interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    frame = frames["pairs.training"]
    final = frame[frame["phase"] == "final"]
    vanilla, bn = (by_depth(frame, variant) for variant in ("vanilla", "bn"))
    deepest = max(vanilla)
    return {
        "pairs.deepest": number(deepest),
        "pairs.count": number(int(final.groupby(["variant", "depth"]).size().max())),
        "pairs.in_all": number(int(frame["pairs_in_all"].iloc[0])),
        "pairs.vanilla.shallowest": interval(*vanilla[min(vanilla)][:3]),
        "pairs.vanilla.deepest": interval(*vanilla[deepest][:3]),
        "pairs.vanilla.best": number(
            final.loc[(final["variant"] == "vanilla") & (final["depth"] == deepest), "final_accuracy"].max()
        ),
        "pairs.bn.lowest": interval(*min(bn.values(), key=lambda point: point.estimate)[:3]),
    }
