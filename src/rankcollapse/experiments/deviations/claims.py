"""E4: whether doing as the release does puts a quantity that a claim rests on to the other side of its threshold."""

from typing import Any

import pandas as pd

from rankcollapse.claims import Condition, judge
from rankcollapse.experiments.deviations.summary import Deviation, deviations

_OTHER_SIDE = {"<": ">=", ">=": "<"}


def stays(deviation: Deviation) -> Condition | None:
    """That the quantity, the release's way, lies on the side where it lies our way; None if ours is on neither."""
    ours, _ = deviation.verdicts()
    if ours == "inconclusive":
        return None
    relation = deviation.relation if ours == "reproduced" else _OTHER_SIDE[deviation.relation]
    quantity = f"{deviation.row}, {deviation.claim}: {deviation.quantity}; {deviation.release}"
    return Condition(quantity, deviation.theirs, relation, deviation.threshold)


def judge_all(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The entries of claims.json that this experiment decides."""
    conditions = [condition for d in deviations(frames) if d.claim for condition in [stays(d)] if condition]
    return [judge("E4", conditions, None if conditions else "no quantity is on one side of its threshold our way")]
