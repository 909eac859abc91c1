"""Judge C13, and what Figure 5 adds to C10 and C11."""

import math

import pandas as pd

from rankcollapse.claims.judging import condition, given, judge
from rankcollapse.claims.records import Claim, Condition
from rankcollapse.experiments.components.cells import Variant
from rankcollapse.experiments.components.claims import C13, GUESSING
from rankcollapse.experiments.components.summary import (
    BN,
    CENTRAL,
    ONE_SIGNED,
    PLAIN,
    bounds_of,
    last,
    networks,
    of,
    ordering,
)
from rankcollapse.experiments.trainability.claims import CHANCE_ACCURACY, COLLAPSED_RANK, TRAINED_ACCURACY
from rankcollapse.statistics.intervals import SHARE, difference_interval, mean_interval, ratio_interval


def _measured(
    frames: dict[str, pd.DataFrame], first: Variant, second: Variant
) -> tuple[list[pd.Series], list[pd.Series]] | None:
    """Last numerical ranks and final accuracies of two variants of VGG-19, by seed; None if one is not to be had."""
    ranks = [last(frames["components.blocks"], CENTRAL, variant, "numerical_rank") for variant in (first, second)]
    table = networks(frames["components.training"], CENTRAL).set_index("seed")
    accuracies = [of(table, CENTRAL, variant)["final_accuracy"] for variant in (first, second)]
    missing = any(rank is None for rank in ranks) or any(accuracy.empty for accuracy in accuracies)
    return None if missing else (ranks, accuracies)


def broken(frames: dict[str, pd.DataFrame], rank_falls: float, stalls: float) -> list[Condition] | None:
    """The conditions of C10 on VGG-19: weights of one sign take rank and training from BN; None if not to be had.

    They are open where BN with weights of both signs does not train.

    Args:
        frames: with those of Figure 5.
        rank_falls: threshold of the rank with weights of both signs over the rank with weights of one.
        stalls: threshold of the accuracy midway between guessing and BN, less that with weights of one sign.
    """
    if (measured := _measured(frames, BN, ONE_SIGNED)) is None:
        return None
    (rank_both, rank_one), (both, one) = measured
    ratio = ratio_interval(rank_both, rank_one, bounds_of(of(frames["components.blocks"], CENTRAL, BN)))
    above = difference_interval((GUESSING + both) / 2, one, SHARE)
    baseline = condition("VGG-19: accuracy with both signs", mean_interval(both, SHARE), ">=", TRAINED_ACCURACY)
    conditions = [
        condition("VGG-19: numerical rank at initialization, both signs over one", ratio, ">=", rank_falls),
        condition("VGG-19: middle of guessing and that, less accuracy with one", above, ">=", stalls),
    ]
    return given(baseline, conditions)


def ordered(frames: dict[str, pd.DataFrame], threshold: float) -> Condition | None:
    """The condition of C11 on VGG-19: r before training orders the variants by speed; None if not to be had."""
    found = ordering(networks(frames["components.training"], CENTRAL), "mean_loss")
    quantity = "VGG-19: rank correlation of r before training with speed"
    return None if found is None else condition(quantity, found, ">=", threshold)


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claim that this experiment decides."""
    if (measured := _measured(frames, PLAIN, BN)) is None:
        return [judge(C13, [], "needs VGG-19 without normalization and with BN, its last state finite")]
    rows = of(frames["components.blocks"], CENTRAL, BN)
    root = math.sqrt(rows.loc[rows["block"] == rows["blocks"], "features"].iloc[0])
    bounds = (bounds_of(rows), SHARE)
    ranks, accuracies = ([mean_interval(each, of) for each in both] for both, of in zip(measured, bounds, strict=True))
    if rows["probe_size"].iloc[0] < root:
        return [judge(C13, [], f"needs components.batch_size of at least {math.ceil(root)}, which bounds the rank")]
    conditions = [
        condition("vanilla rank of the last hidden state", ranks[0], "<", COLLAPSED_RANK),
        condition("BN rank of the last hidden state", ranks[1], ">=", root),
        condition("vanilla training accuracy", accuracies[0], "<", CHANCE_ACCURACY),
        condition("BN training accuracy", accuracies[1], ">=", TRAINED_ACCURACY),
    ]
    return [judge(C13, conditions)]
