"""Judge C10 and C11."""

import numpy as np
import pandas as pd

from rankcollapse.claims.judging import condition, judge
from rankcollapse.claims.records import Claim
from rankcollapse.experiments.breaking.claims import C10, C11, ORDERS, RANK_FALLS, STALLS
from rankcollapse.experiments.breaking.summary import fallen, ordering, stalled
from rankcollapse.experiments.components.judge import broken, ordered
from rankcollapse.statistics.intervals import mean_interval


def judge_breaking(frames: dict[str, pd.DataFrame]) -> Claim:
    """C10, on MLPs and on VGG-19."""
    ratio, above = fallen(frames["breaking.training"]), stalled(frames["breaking.training"])
    on_vgg = broken(frames, RANK_FALLS, STALLS)
    if not (ratio.notna().all() and np.isfinite(above).all()):
        return judge(C10, [], "a BN network with weights of both signs diverged")
    if on_vgg is None:
        return judge(C10, [], "needs VGG-19 with BN, with weights of both signs and of one, its last state finite")
    conditions = [
        condition("r before training, both signs over one sign", mean_interval(ratio), ">=", RANK_FALLS),
        condition("last loss above the middle of guessing and BN", mean_interval(above), ">=", STALLS),
        *on_vgg,
    ]
    return judge(C10, conditions)


def judge_order(frames: dict[str, pd.DataFrame]) -> Claim:
    """C11, on MLPs and on VGG-19."""
    on_vgg = ordered(frames, ORDERS)
    if on_vgg is None:
        return judge(C11, [], "needs several variants of VGG-19 that are not all alike")
    found = ordering(frames["breaking.training"])
    return judge(C11, [condition("rank correlation of r before training with speed", found, ">=", ORDERS), on_vgg])


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claims that this experiment decides."""
    return [judge_breaking(frames), judge_order(frames)]
