"""E6: whether a collapsed network learns a two-class problem."""

from typing import Any

import pandas as pd

from rankcollapse.claims import Condition, judge, worst
from rankcollapse.experiments.pairs.summary import by_depth

# Thresholds, fixed before the runs they judge.
SHALLOW, DEEP = 4, 16  # as for ten classes (C2)
NOT_LEARNED = 0.6  # chance level is one half
LEARNED = 0.8


def judge_all(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The entries of claims.json that this experiment decides."""
    frame = frames["pairs.training"]
    vanilla, bn = (by_depth(frame, variant) for variant in ("vanilla", "bn"))
    if min(vanilla) > SHALLOW or max(vanilla) < DEEP:
        missing = (
            f"needs networks of at most {SHALLOW} and at least {DEEP} layers; ran {min(vanilla)} to {max(vanilla)}"
        )
        return [judge("E6", [], missing)]
    conditions = [
        worst(
            Condition(f"vanilla accuracy at depth {depth}, highest from {DEEP} on", point, "<", NOT_LEARNED)
            for depth, point in vanilla.items()
            if depth >= DEEP
        ),
        worst(
            Condition(f"BN accuracy at depth {depth}, lowest of all depths", point, ">=", LEARNED)
            for depth, point in bn.items()
        ),
        worst(
            Condition(f"vanilla accuracy at depth {depth}, lowest up to {SHALLOW}", point, ">=", LEARNED)
            for depth, point in vanilla.items()
            if depth <= SHALLOW
        ),
    ]
    return [judge("E6", conditions)]
