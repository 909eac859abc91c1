"""The numbers of Figure 1 that the paper's text quotes."""

import math

import pandas as pd

from rankcollapse.datasets.catalogue import find
from rankcollapse.experiments.trainability.claims import COLLAPSED_RANK, DEEP, SHALLOW, TRAINED_ACCURACY
from rankcollapse.experiments.trainability.summary import by_depth, published_rank
from rankcollapse.report.numbers import escape, interval, number
from rankcollapse.statistics.intervals import Interval


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    rank, training = frames["trainability.rank"], frames["trainability.training"]
    final = training[training["phase"] == "final"]
    vanilla_rank, bn_rank = (by_depth(rank, variant, "numerical_rank") for variant in ("vanilla", "bn"))
    bn_ratio = by_depth(rank, "bn", "participation_ratio")
    vanilla_accuracy, bn_accuracy = (by_depth(final, variant, "final_accuracy") for variant in ("vanilla", "bn"))
    chosen = final["step_size"]
    grid = training["step_size"]
    read_off = published_rank(rank)
    uncollapsed = [depth for depth, mean in vanilla_rank.items() if mean.estimate >= COLLAPSED_RANK]
    collapsed = [depth for depth in vanilla_rank if depth > max(uncollapsed, default=-1)]
    failing = [depth for depth, mean in vanilla_accuracy.items() if mean.estimate < TRAINED_ACCURACY]
    trained = [depth for depth in vanilla_accuracy if depth < min(failing, default=math.inf)]
    return {
        "trainability.dataset": escape(find(rank["dataset"].iloc[0]).title),
        "trainability.root": number(round(rank["width"].iloc[0] ** 0.5, 1)),
        "trainability.threshold.shallow": number(SHALLOW),
        "trainability.threshold.deep": number(DEEP),
        "trainability.deepest": number(max(vanilla_rank)),
        "trainability.rank.vanilla.shallowest": interval(vanilla_rank[min(vanilla_rank)]),
        "trainability.rank.vanilla.deepest": interval(vanilla_rank[max(vanilla_rank)]),
        "trainability.rank.vanilla.collapsed": number(min(collapsed, default=None)),
        "trainability.rank.bn.minimum": number(rank.loc[rank["variant"] == "bn", "numerical_rank"].min()),
        "trainability.rank.bn.lowest": interval(lowest(bn_rank)),
        "trainability.ratio.bn.lowest": interval(lowest(bn_ratio)),
        "trainability.published.ours": ", ".join(number(round(vanilla_rank[depth].estimate, 1)) for depth in read_off)
        or "--",
        "trainability.published.compared": number(len(read_off)),
        "trainability.published.difference": number(
            max((abs(vanilla_rank[depth].estimate - value) for depth, value in read_off.items()), default=None)
        ),
        "trainability.accuracy.bn.lowest": interval(lowest(bn_accuracy)),
        "trainability.accuracy.bn.deepest": interval(bn_accuracy[max(bn_accuracy)]),
        "trainability.accuracy.vanilla.deepest": interval(vanilla_accuracy[max(vanilla_accuracy)]),
        "trainability.accuracy.vanilla.failing": number(min(failing, default=None)),
        "trainability.accuracy.vanilla.trained": number(max(trained, default=None)),
        "trainability.training.deepest": number(max(bn_accuracy)),
        "trainability.training.chosen": number(len(chosen)),
        "trainability.training.edge": number(int(chosen.isin([grid.min(), grid.max()]).sum())),
        "trainability.training.diverged": number(int(training["diverged"].sum())),
        "trainability.training.networks": number(len(training)),
    }


def lowest(points: dict[int, Interval]) -> Interval:
    """The interval with the least estimate."""
    return min(points.values(), key=lambda point: point.estimate)
