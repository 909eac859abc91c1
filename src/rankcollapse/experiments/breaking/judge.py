"""Judge C10 and C11."""

import numpy as np
import pandas as pd

from rankcollapse.claims.judging import condition, given, judge
from rankcollapse.claims.records import Claim
from rankcollapse.experiments.breaking.claims import C10, C11, ORDERS, RANK_FALLS, STALLS
from rankcollapse.experiments.breaking.summary import by_seed, ordering, stalled
from rankcollapse.experiments.components.judge import broken, ordered
from rankcollapse.experiments.trainability.claims import TRAINED_ACCURACY
from rankcollapse.statistics.intervals import SHARE, mean_interval, ratio_interval


def judge_breaking(frames: dict[str, pd.DataFrame]) -> Claim:
    """C10, on MLPs and on VGG-19."""
    frame, on_vgg = frames["breaking.training"], broken(frames, RANK_FALLS, STALLS)
    ratio, above, learned = by_seed(frame, "ratio"), stalled(frame), by_seed(frame, "last_accuracy")["bn"]
    if not (ratio[["bn", "one-signed"]].notna().all(axis=None) and np.isfinite(above).all()):
        return judge(C10, [], "a BN network with weights of both signs diverged")
    if on_vgg is None:
        return judge(C10, [], "needs VGG-19 with BN, with weights of both signs and of one, its last state finite")
    fallen = ratio_interval(ratio["bn"], ratio["one-signed"])
    baseline = condition("last accuracy with both signs", mean_interval(learned, SHARE), ">=", TRAINED_ACCURACY)
    conditions = [
        condition("r before training, both signs over one sign", fallen, ">=", RANK_FALLS),
        condition("last loss above the middle of guessing and BN", mean_interval(above), ">=", STALLS),
    ]
    return judge(C10, given(baseline, conditions) + on_vgg)


def judge_order(frames: dict[str, pd.DataFrame]) -> Claim:
    """C11, on MLPs and on VGG-19."""
    on_vgg, found = ordered(frames, ORDERS), ordering(frames["breaking.training"])
    if on_vgg is None or found is None:
        return judge(
            C11, [], f"needs several variants of {'VGG-19' if on_vgg is None else 'MLPs'} that are not all alike"
        )
    return judge(C11, [condition("rank correlation of r before training with speed", found, ">=", ORDERS), on_vgg])


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claims that this experiment decides."""
    return [judge_breaking(frames), judge_order(frames)]
