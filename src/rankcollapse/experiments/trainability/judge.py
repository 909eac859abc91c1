"""Judge C1 and C2."""

import math

import pandas as pd

from rankcollapse.claims.judging import at_worst, condition, judge
from rankcollapse.claims.records import Claim, Condition
from rankcollapse.experiments.trainability import claims
from rankcollapse.experiments.trainability.claims import C1, C2, DEEP, SHALLOW
from rankcollapse.experiments.trainability.summary import by_depth, trained
from rankcollapse.statistics.intervals import Interval


def out_of_reach(depths: list[int]) -> str | None:
    """Why these depths cannot decide a claim on shallow and deep networks, or None if they can."""
    if min(depths) <= SHALLOW and max(depths) >= DEEP:
        return None
    return f"needs networks of at most {SHALLOW} and at least {DEEP} layers; ran {min(depths)} to {max(depths)}"


def deep_and_shallow(vanilla: dict[int, Interval], failing: float, trained: float) -> list[Condition]:
    """That the accuracy of vanilla networks is below one threshold when they are deep, above another when shallow."""
    deep = {depth: found for depth, found in vanilla.items() if depth >= DEEP}
    shallow = {depth: found for depth, found in vanilla.items() if depth <= SHALLOW}
    return [
        at_worst(f"vanilla accuracy at depth {{}}, highest from {DEEP} on", deep, "<", failing),
        at_worst(f"vanilla accuracy at depth {{}}, lowest up to {SHALLOW}", shallow, ">=", trained),
    ]


def judge_rank(frame: pd.DataFrame) -> Claim:
    """C1 from the frame `trainability.rank`."""
    vanilla, bn = (by_depth(frame, variant, "numerical_rank") for variant in ("vanilla", "bn"))
    if missing := out_of_reach(list(vanilla)):
        return judge(C1, [], missing)
    deepest, shallowest = max(vanilla), min(vanilla)
    root = math.sqrt(frame["width"].iloc[0])
    conditions = [
        condition("vanilla rank at depth {}, deepest", vanilla[deepest], "<", claims.COLLAPSED_RANK, deepest),
        at_worst("BN rank at depth {}, lowest of all depths", bn, ">=", root),
        condition("vanilla rank at depth {}, before the collapse", vanilla[shallowest], ">=", root, shallowest),
    ]
    return judge(C1, conditions)


def judge_training(frame: pd.DataFrame) -> Claim:
    """C2 from the frame `trainability.training`."""
    vanilla, bn = (by_depth(trained(frame), variant, "final_accuracy") for variant in ("vanilla", "bn"))
    if missing := out_of_reach(list(vanilla)):
        return judge(C2, [], missing)
    limits = claims.CHANCE_ACCURACY, claims.TRAINED_ACCURACY
    every = at_worst("BN accuracy at depth {}, lowest of all depths", bn, ">=", claims.TRAINED_ACCURACY)
    return judge(C2, [every, *deep_and_shallow(vanilla, *limits)])


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claims that this experiment decides."""
    return [judge_rank(frames["trainability.rank"]), judge_training(frames["trainability.training"])]
