"""C10 and C11: what Figure 6 decides."""

import math
from typing import Any

import numpy as np
import pandas as pd

from rankcollapse.claims import Condition, judge
from rankcollapse.experiments.breaking.summary import networks, ordering
from rankcollapse.intervals import mean_interval

# Thresholds, fixed before the runs they judge.
RANK_FALLS = 2.0  # r with weights of both signs over r with weights of one sign
STALLS = 0.0  # loss at the end with one sign, less the middle between guessing and BN networks with both signs
ORDERS = 0.5  # Spearman's correlation


def judge_all(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The entries of claims.json that this experiment decides."""
    frame = frames["breaking.training"]
    table = networks(frame).set_index(["seed", "variant"]).unstack("variant")
    start = math.log(10)  # loss of guessing among ten classes
    ratio = table["ratio", "bn"] / table["ratio", "one-signed"]
    stalled = table["final_loss", "one-signed"].clip(upper=start)  # also of one that diverged
    above = stalled - (start + table["final_loss", "bn"]) / 2
    broken = "Weights of one sign take its rank from a BN network, and its ability to train."
    orders = "The participation ratio before training orders the variants by their speed of training."
    if ratio.notna().all() and np.isfinite(above).all():
        conditions = [
            Condition("r before training, both signs over one sign", mean_interval(ratio), ">=", RANK_FALLS),
            Condition("last loss above the middle of guessing and BN", mean_interval(above), ">=", STALLS),
        ]
        c10 = judge("C10", broken, "breaking", conditions)
    else:
        c10 = judge("C10", broken, "breaking", [], "a BN network with weights of both signs diverged")
    return [
        c10,
        judge(
            "C11",
            orders,
            "breaking",
            [Condition("rank correlation of r before training with speed", ordering(frame), ">=", ORDERS)],
        ),
    ]
