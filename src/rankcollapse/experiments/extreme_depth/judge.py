"""Judge C3 and C4."""

import math

import pandas as pd

from rankcollapse.claims.judging import at_worst, condition, judge
from rankcollapse.claims.records import Claim
from rankcollapse.experiments.extreme_depth.claims import C3, C4, COLLAPSED_RANK, DEPTH
from rankcollapse.experiments.extreme_depth.summary import by_layer


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claims that this experiment decides."""
    frame = frames["extreme_depth.chain"]
    root, deepest = math.sqrt(frame["width"].iloc[0]), int(frame["layer"].max())
    missing = None if deepest >= DEPTH else f"ran {deepest} layers, not {DEPTH}"
    claims = []
    for statement, activation in ((C3, "identity"), (C4, "relu")):
        bn, vanilla = (by_layer(frame, activation, variant) for variant in ("bn", "vanilla"))
        conditions = [
            at_worst("BN rank at layer {}, lowest of all measured layers", bn, ">=", root),
            condition("vanilla rank at layer {}, deepest", vanilla[deepest], "<", COLLAPSED_RANK, deepest),
        ]
        claims.append(judge(statement, conditions, missing))
    return claims
