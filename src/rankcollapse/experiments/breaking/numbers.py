"""The numbers of Figure 6 that the paper's text quotes."""

import math

import pandas as pd

from rankcollapse.datasets.catalogue import find
from rankcollapse.experiments.breaking.claims import RANK_FALLS
from rankcollapse.experiments.breaking.summary import networks, ordering
from rankcollapse.experiments.trainability.summary import bounds_of
from rankcollapse.report.numbers import escape, interval, number
from rankcollapse.statistics.estimates import estimates, intervals


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX; "--" for a variant whose networks all diverged."""
    frame = frames["breaking.training"]
    table = networks(frame)
    diverged = table["final_loss"] == math.inf
    ranks = bounds_of(frame, "participation_ratio")
    ratio = intervals(estimates(table.dropna(subset="ratio"), "variant", "ratio", ranks))
    loss = intervals(estimates(table[~diverged], "variant", "final_loss"))
    found = {
        "breaking.dataset": escape(find(frame["dataset"].iloc[0]).title),
        "claims.C10.rank_falls": number(RANK_FALLS),
        "breaking.ordering": interval(ordering(frame)),
        "breaking.networks": number(len(table)),
        "breaking.diverged": number(int(diverged.sum())),
    }
    for variant in ("bn", "much", "little", "vanilla", "one-signed"):
        for measure, by_variant in (("ratio", ratio), ("loss", loss)):
            found[f"breaking.{variant.replace('-', '_')}.{measure}"] = interval(by_variant.get(variant))
    return found
