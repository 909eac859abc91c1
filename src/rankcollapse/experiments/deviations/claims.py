"""E4: whether doing as the release does puts a quantity that a claim rests on to the other side of its threshold."""

from typing import Any

import pandas as pd

from rankcollapse.claims import Condition, judge
from rankcollapse.experiments.deviations.summary import Deviation, deviations

_OTHER_SIDE = {"<": ">=", ">=": "<"}


def stays(deviation: Deviation) -> Condition:
    """That the quantity, the release's way, lies on the side where it lies our way; open where ours is on neither."""
    ours, _ = deviation.verdicts()
    quantity = f"{deviation.row}, {deviation.claim}: {deviation.quantity}; {deviation.release}"
    if ours == "inconclusive":
        return Condition(f"{quantity}; ours", deviation.ours, deviation.relation, deviation.threshold)
    relation = deviation.relation if ours == "reproduced" else _OTHER_SIDE[deviation.relation]
    return Condition(quantity, deviation.theirs, relation, deviation.threshold)


def judge_all(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The entries of claims.json that this experiment decides."""
    conditions = [stays(deviation) for deviation in deviations(frames) if deviation.claim]
    return [judge("E4", conditions)]
