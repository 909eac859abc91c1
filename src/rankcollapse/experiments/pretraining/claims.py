"""C9: what Figure 4 decides."""

from typing import Any

import pandas as pd

from rankcollapse.claims import Condition, judge
from rankcollapse.experiments.depth.claims import CHANCE_ACCURACY, TRAINED_ACCURACY
from rankcollapse.experiments.pretraining.summary import accuracy, shortfall

# Thresholds, fixed before the runs they judge.
DEEP = 16  # layers from which plain vanilla networks fail (C2)
LIKE_BN = -0.1  # accuracy that a network may fall short of BN and still train like it


def judge_all(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The entries of claims.json that this experiment decides."""
    frame = frames["pretraining.training"]
    depth = int(frame["depth"].max())
    if depth < DEEP:
        return [judge("C9", [], f"needs networks of at least {DEEP} layers; ran {depth}")]
    found = {variant: accuracy(frame, variant)[depth] for variant in ("vanilla", "pretrained")}
    conditions = [
        Condition(f"accuracy after pre-training, depth {depth}", found["pretrained"], ">=", TRAINED_ACCURACY),
        Condition(f"the same less that of BN networks, depth {depth}", shortfall(frame, depth), ">=", LIKE_BN),
        Condition(f"accuracy without pre-training, depth {depth}", found["vanilla"], "<", CHANCE_ACCURACY),
    ]
    return [judge("C9", conditions)]
