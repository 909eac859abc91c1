"""Judge C9."""

import pandas as pd

from rankcollapse.claims.judging import condition, given, judge
from rankcollapse.claims.records import Claim
from rankcollapse.experiments.pretraining.claims import C9, DEEP, LIKE_BN
from rankcollapse.experiments.pretraining.summary import final, shortfall
from rankcollapse.experiments.trainability.claims import CHANCE_ACCURACY, TRAINED_ACCURACY
from rankcollapse.experiments.trainability.summary import by_depth


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claim that this experiment decides."""
    frame = frames["pretraining.training"]
    depth = int(frame["depth"].max())
    if depth < DEEP:
        return [judge(C9, [], f"needs networks of at least {DEEP} layers; ran {depth}")]
    runs = final(frame)
    variants = ("vanilla", "pretrained", "bn")
    vanilla, pretrained, bn = (by_depth(runs, name, "final_accuracy")[depth] for name in variants)
    baseline = condition("accuracy of BN networks, depth {}", bn, ">=", TRAINED_ACCURACY, depth)
    conditions = [
        condition("accuracy after pre-training, depth {}", pretrained, ">=", TRAINED_ACCURACY, depth),
        condition("the same less that of BN networks, depth {}", shortfall(frame, depth), ">=", LIKE_BN, depth),
        condition("accuracy without pre-training, depth {}", vanilla, "<", CHANCE_ACCURACY, depth),
    ]
    return [judge(C9, given(baseline, conditions))]
