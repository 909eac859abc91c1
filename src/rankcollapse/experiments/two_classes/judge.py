"""Judge E6."""

import pandas as pd

from rankcollapse.claims.judging import at_worst, judge
from rankcollapse.claims.records import Claim
from rankcollapse.experiments.trainability.judge import deep_and_shallow, out_of_reach
from rankcollapse.experiments.trainability.summary import by_depth, trained
from rankcollapse.experiments.two_classes.claims import E6, LEARNED, NOT_LEARNED


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claim that this experiment decides."""
    final = trained(frames["two_classes.training"])
    vanilla, bn = (by_depth(final, variant, "final_accuracy") for variant in ("vanilla", "bn"))
    if missing := out_of_reach(list(vanilla)):
        return [judge(E6, [], missing)]
    deep, shallow = deep_and_shallow(vanilla, NOT_LEARNED, LEARNED)
    every = at_worst("BN accuracy at depth {}, lowest of all depths", bn, ">=", LEARNED)
    return [judge(E6, [deep, every, shallow])]
