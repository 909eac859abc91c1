"""C12: what the cosines between per-sample gradients decide."""

from typing import Any

import pandas as pd

from rankcollapse.claims import Condition, judge, worst
from rankcollapse.experiments.directions.summary import by_depth, correlation

# Thresholds, fixed before the runs they judge.
DEEP = 16  # layers from which vanilla networks have lost their rank (C1)
COLLINEAR = 0.99
NOT_COLLINEAR = 0.9
FALLS = -0.5  # Spearman's correlation


def judge_all(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The entries of claims.json that this experiment decides."""
    frame = frames["directions.gradients"]
    vanilla, bn = (by_depth(frame, variant, "unit_cosine") for variant in ("vanilla", "bn"))
    deepest = max(vanilla)
    if deepest < DEEP:
        missing = f"needs networks of at least {DEEP} layers; ran {deepest}"
        return [judge("C12", [], missing)]
    conditions = [
        Condition(f"cosine in vanilla networks of depth {deepest}", vanilla[deepest], ">=", COLLINEAR),
        worst(
            Condition(f"cosine in BN networks of depth {depth}, highest of all", point, "<", NOT_COLLINEAR)
            for depth, point in bn.items()
        ),
        Condition("rank correlation of r with the cosine", correlation(frame), "<", FALLS),
    ]
    return [judge("C12", conditions)]
