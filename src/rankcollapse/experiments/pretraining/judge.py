"""Judge C9."""

import pandas as pd

from rankcollapse.claims.judging import condition, judge
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
    vanilla, pretrained = (by_depth(runs, name, "final_accuracy")[depth] for name in ("vanilla", "pretrained"))
    conditions = [
        condition(f"accuracy after pre-training, depth {depth}", pretrained, ">=", TRAINED_ACCURACY),
        condition(f"the same less that of BN networks, depth {depth}", shortfall(frame, depth), ">=", LIKE_BN),
        condition(f"accuracy without pre-training, depth {depth}", vanilla, "<", CHANCE_ACCURACY),
    ]
    return [judge(C9, conditions)]
