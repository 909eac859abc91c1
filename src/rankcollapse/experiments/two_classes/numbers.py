"""The numbers of the two-class problems that the paper's text quotes."""

import pandas as pd

from rankcollapse.experiments.trainability.summary import by_depth, trained
from rankcollapse.report.numbers import interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    final = trained(frames["two_classes.training"])
    vanilla, bn = (by_depth(final, variant, "final_accuracy") for variant in ("vanilla", "bn"))
    deepest = max(vanilla)
    at_deepest = final[(final["variant"] == "vanilla") & (final["depth"] == deepest)]
    return {
        "two_classes.deepest": number(deepest),
        "two_classes.count": number(int(final.groupby(["variant", "depth"]).size().max())),
        "two_classes.in_all": number(int(final["pairs_in_all"].iloc[0])),
        "two_classes.vanilla.shallowest": interval(vanilla[min(vanilla)]),
        "two_classes.vanilla.deepest": interval(vanilla[deepest]),
        "two_classes.vanilla.best": number(at_deepest["final_accuracy"].max()),
        "two_classes.bn.lowest": interval(min(bn.values(), key=lambda point: point.estimate)),
    }
