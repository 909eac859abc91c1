"""C10 and C11: what Figure 6 decides, with what Figure 5 adds on VGG-19."""

from typing import Any

import numpy as np
import pandas as pd

from rankcollapse.claims import Condition, judge
from rankcollapse.experiments.breaking.summary import fallen, ordering, stalled
from rankcollapse.experiments.components.claims import broken, ordered
from rankcollapse.intervals import mean_interval

# Thresholds, fixed before the runs they judge.
RANK_FALLS = 2.0  # r with weights of both signs over r with weights of one sign
STALLS = 0.0  # loss at the end with one sign, less the middle between guessing and BN networks with both signs
ORDERS = 0.5  # Spearman's correlation


def judge_all(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The entries of claims.json that this experiment decides."""
    frame = frames["breaking.training"]
    ratio, above = fallen(frame), stalled(frame)
    on_vgg, order = broken(frames, RANK_FALLS, STALLS), ordered(frames, ORDERS)
    if not (ratio.notna().all() and np.isfinite(above).all()):
        c10 = judge("C10", [], "a BN network with weights of both signs diverged")
    elif on_vgg is None:
        c10 = judge("C10", [], "needs VGG-19 with BN, with weights of both signs and of one, its last state finite")
    else:
        conditions = [
            Condition("r before training, both signs over one sign", mean_interval(ratio), ">=", RANK_FALLS),
            Condition("last loss above the middle of guessing and BN", mean_interval(above), ">=", STALLS),
            *on_vgg,
        ]
        c10 = judge("C10", conditions)
    if order is None:
        return [c10, judge("C11", [], "needs several variants of VGG-19 that are not all alike")]
    of_mlps = Condition("rank correlation of r before training with speed", ordering(frame), ">=", ORDERS)
    return [c10, judge("C11", [of_mlps, order])]
