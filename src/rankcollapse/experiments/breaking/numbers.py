"""The numbers of Figure 6 that the paper's text quotes."""

import pandas as pd

from rankcollapse.datasets.catalogue import find
from rankcollapse.experiments.breaking.claims import RANK_FALLS
from rankcollapse.experiments.breaking.summary import VARIANTS, networks, ordering
from rankcollapse.intervals import mean_interval
from rankcollapse.numbers import escape, interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    frame = frames["breaking.training"]
    table = networks(frame)
    found = {
        "breaking.dataset": escape(find(frame["dataset"].iloc[0]).title),
        "claims.C10.rank_falls": number(RANK_FALLS),
        "breaking.ordering": interval(*ordering(frame)[:3]),
        "breaking.networks": number(len(table)),
        "breaking.diverged": number(int((table["final_loss"] == float("inf")).sum())),
    }
    for variant in VARIANTS:
        runs = table[table["variant"] == variant]
        trained = runs[runs["final_loss"] < float("inf")]
        name = variant.replace("-", "_")
        for measure, values in (("ratio", runs["ratio"].dropna()), ("loss", trained["final_loss"])):
            found[f"breaking.{name}.{measure}"] = interval(*mean_interval(values)[:3]) if len(values) else "--"
    return found
