"""The numbers of Figure 1 that the paper's text quotes."""

import math

import pandas as pd

from rankcollapse.datasets.catalogue import find
from rankcollapse.experiments.depth.claims import COLLAPSED_RANK, DEEP, SHALLOW, TRAINED_ACCURACY
from rankcollapse.experiments.depth.summary import by_depth, published_rank
from rankcollapse.intervals import Interval
from rankcollapse.numbers import escape, interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    rank, training = frames["depth.rank"], frames["depth.training"]
    final = training[training["phase"] == "final"]
    vanilla_rank, bn_rank = (by_depth(rank, variant, "numerical_rank") for variant in ("vanilla", "bn"))
    bn_ratio = by_depth(rank, "bn", "participation_ratio")
    vanilla_accuracy, bn_accuracy = (by_depth(final, variant, "final_accuracy") for variant in ("vanilla", "bn"))
    chosen = final.groupby(["variant", "depth"])["step_size"].first()
    grid = training["step_size"]
    read_off = published_rank(rank)
    uncollapsed = [depth for depth, mean in vanilla_rank.items() if mean.estimate >= COLLAPSED_RANK]
    collapsed = [depth for depth in vanilla_rank if depth > max(uncollapsed, default=-1)]
    failing = [depth for depth, mean in vanilla_accuracy.items() if mean.estimate < TRAINED_ACCURACY]
    trained = [depth for depth in vanilla_accuracy if depth < min(failing, default=math.inf)]
    return {
        "depth.dataset": escape(find(rank["dataset"].iloc[0]).title),
        "depth.root": number(round(rank["width"].iloc[0] ** 0.5, 1)),
        "depth.threshold.shallow": number(SHALLOW),
        "depth.threshold.deep": number(DEEP),
        "depth.deepest": number(max(vanilla_rank)),
        "depth.rank.vanilla.shallowest": interval(*vanilla_rank[min(vanilla_rank)][:3]),
        "depth.rank.vanilla.deepest": interval(*vanilla_rank[max(vanilla_rank)][:3]),
        "depth.rank.vanilla.collapsed": number(min(collapsed, default=None)),
        "depth.rank.bn.minimum": number(rank.loc[rank["variant"] == "bn", "numerical_rank"].min()),
        "depth.rank.bn.lowest": interval(*lowest(bn_rank)[:3]),
        "depth.ratio.bn.lowest": interval(*lowest(bn_ratio)[:3]),
        "depth.published.ours": ", ".join(number(round(vanilla_rank[depth].estimate, 1)) for depth in read_off) or "--",
        "depth.published.compared": number(len(read_off)),
        "depth.published.difference": number(
            max((abs(vanilla_rank[depth].estimate - value) for depth, value in read_off.items()), default=None)
        ),
        "depth.accuracy.bn.lowest": interval(*lowest(bn_accuracy)[:3]),
        "depth.accuracy.bn.deepest": interval(*bn_accuracy[max(bn_accuracy)][:3]),
        "depth.accuracy.vanilla.deepest": interval(*vanilla_accuracy[max(vanilla_accuracy)][:3]),
        "depth.accuracy.vanilla.failing": number(min(failing, default=None)),
        "depth.accuracy.vanilla.trained": number(max(trained, default=None)),
        "depth.training.deepest": number(max(bn_accuracy)),
        "depth.training.cells": number(len(chosen)),
        "depth.training.edge": number(int(chosen.isin([grid.min(), grid.max()]).sum())),
        "depth.training.diverged": number(int(training["diverged"].sum())),
        "depth.training.networks": number(len(training)),
    }


def lowest(points: dict[int, Interval]) -> Interval:
    """The interval with the least estimate."""
    return min(points.values(), key=lambda point: point.estimate)
