"""Judge C12."""

import pandas as pd

from rankcollapse.claims.judging import at_worst, condition, judge
from rankcollapse.claims.records import Claim
from rankcollapse.experiments.gradient_cosines.claims import C12, COLLINEAR, DEEP, FALLS, NOT_COLLINEAR
from rankcollapse.experiments.gradient_cosines.summary import correlation
from rankcollapse.experiments.trainability.summary import by_depth


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claim that this experiment decides."""
    frame = frames["gradient_cosines.gradients"]
    vanilla, bn = (by_depth(frame, variant, "unit_cosine") for variant in ("vanilla", "bn"))
    deepest = max(vanilla)
    if deepest < DEEP:
        return [judge(C12, [], f"needs networks of at least {DEEP} layers; ran {deepest}")]
    conditions = [
        condition("cosine in vanilla networks of depth {}, deepest", vanilla[deepest], ">=", COLLINEAR, deepest),
        at_worst("cosine in BN networks of depth {}, highest of all", bn, "<", NOT_COLLINEAR),
        condition("rank correlation of r with the cosine", correlation(frame), "<", FALLS),
    ]
    return [judge(C12, conditions)]
