"""C3 and C4: what Figure 2 decides."""

import math
from typing import Any

import pandas as pd

from rankcollapse.claims import Condition, judge, worst
from rankcollapse.intervals import Interval, mean_interval

# Thresholds, fixed before the runs they judge.
COLLAPSED_RANK = 2.0  # fewer than two directions on average
DEPTH = 50_000  # layers of the original experiment


def by_layer(
    frame: pd.DataFrame, activation: str, variant: str, measure: str = "numerical_rank"
) -> dict[int, Interval]:
    """Mean and interval over the chains, for each measured layer."""
    chains = frame[(frame["activation"] == activation) & (frame["variant"] == variant)]
    return {int(layer): mean_interval(group[measure]) for layer, group in chains.groupby("layer")}


def judge_all(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The entries of claims.json that this experiment decides."""
    frame = frames["deep.chain"]
    root, deepest = math.sqrt(frame["width"].iloc[0]), int(frame["layer"].max())
    missing = None if deepest >= DEPTH else f"ran {deepest} layers, not {DEPTH}"
    entries = []
    for claim, activation in (("C3", "identity"), ("C4", "relu")):
        bn, vanilla = (by_layer(frame, activation, variant) for variant in ("bn", "vanilla"))
        conditions = [
            worst(
                Condition(f"BN rank at layer {layer}, lowest of all measured layers", interval, ">=", root)
                for layer, interval in bn.items()
            ),
            Condition(f"vanilla rank at layer {deepest}", vanilla[deepest], "<", COLLAPSED_RANK),
        ]
        entries.append(judge(claim, conditions, missing))
    return entries
