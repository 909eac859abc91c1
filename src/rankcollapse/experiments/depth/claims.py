"""C1 and C2: what Figure 1 decides."""

import math
from typing import Any

import pandas as pd

from rankcollapse.claims import Condition, judge, worst
from rankcollapse.experiments.depth.summary import by_depth

# Thresholds, fixed before the runs they judge, but for SHALLOW: set after a first run had shown where networks fail.
COLLAPSED_RANK = 2.0  # "one line": fewer than two directions on average
SHALLOW, DEEP = 4, 16  # "about ten layers": from a depth between these two on; where depends on the steps of training
CHANCE_ACCURACY = 0.2  # twice chance level for ten classes: the net has not learned
TRAINED_ACCURACY = 0.5  # five times chance level: the net has learned


def _out_of_reach(depths: list[int]) -> str | None:
    """Why these depths cannot decide a claim on shallow and deep networks, or None if they can."""
    if min(depths) <= SHALLOW and max(depths) >= DEEP:
        return None
    return f"needs networks of at most {SHALLOW} and at least {DEEP} layers; ran {min(depths)} to {max(depths)}"


def judge_rank(frame: pd.DataFrame) -> dict[str, Any]:
    """C1 from the frame `depth.rank`."""
    vanilla, bn = (by_depth(frame, variant, "numerical_rank") for variant in ("vanilla", "bn"))
    if missing := _out_of_reach(list(vanilla)):
        return judge("C1", [], missing)
    deepest, shallowest = max(vanilla), min(vanilla)
    root = math.sqrt(frame["width"].iloc[0])
    return judge(
        "C1",
        [
            Condition(f"vanilla rank at depth {deepest}", vanilla[deepest], "<", COLLAPSED_RANK),
            worst(
                Condition(f"BN rank at depth {depth}, lowest of all depths", interval, ">=", root)
                for depth, interval in bn.items()
            ),
            Condition(f"vanilla rank at depth {shallowest}, before the collapse", vanilla[shallowest], ">=", root),
        ],
    )


def judge_training(frame: pd.DataFrame) -> dict[str, Any]:
    """C2 from the frame `depth.training`."""
    final = frame[frame["phase"] == "final"]
    vanilla, bn = (by_depth(final, variant, "final_accuracy") for variant in ("vanilla", "bn"))
    if missing := _out_of_reach(list(vanilla)):
        return judge("C2", [], missing)
    return judge(
        "C2",
        [
            worst(
                Condition(f"BN accuracy at depth {depth}, lowest of all depths", interval, ">=", TRAINED_ACCURACY)
                for depth, interval in bn.items()
            ),
            worst(
                Condition(f"vanilla accuracy at depth {depth}, highest from {DEEP} on", interval, "<", CHANCE_ACCURACY)
                for depth, interval in vanilla.items()
                if depth >= DEEP
            ),
            worst(
                Condition(
                    f"vanilla accuracy at depth {depth}, lowest up to {SHALLOW}", interval, ">=", TRAINED_ACCURACY
                )
                for depth, interval in vanilla.items()
                if depth <= SHALLOW
            ),
        ],
    )


def judge_all(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The entries of claims.json that this experiment decides."""
    return [judge_rank(frames["depth.rank"]), judge_training(frames["depth.training"])]
