"""Judge E4: on which side of its threshold each quantity lies, our way and the release's way."""

import pandas as pd

from rankcollapse.claims.judging import condition, judge, verdict
from rankcollapse.claims.records import Claim, Condition, Verdict
from rankcollapse.experiments.deviations.claims import E4
from rankcollapse.experiments.deviations.summary import Deviation, deviations

_OTHER_SIDE = {"<": ">=", ">=": "<"}


def verdicts(deviation: Deviation) -> tuple[Verdict, Verdict]:
    """Whether the quantity lies on its side of the threshold: our way, the release's way."""
    limit = (deviation.relation, deviation.threshold)
    return verdict(deviation.ours, *limit), verdict(deviation.theirs, *limit)


def changes(deviation: Deviation) -> str:
    """Whether a quantity changes sides: "yes", "no", or "open" where an interval contains the threshold."""
    ours, theirs = verdicts(deviation)
    if "inconclusive" in (ours, theirs):
        return "open"
    return "no" if ours == theirs else "yes"


def stays(deviation: Deviation) -> Condition:
    """That the quantity, the release's way, lies on the side where it lies our way; open where ours is on neither."""
    ours, _ = verdicts(deviation)
    quantity = f"{deviation.row}, {deviation.claim}: {deviation.quantity}; {deviation.release}"
    if ours == "inconclusive":
        return condition(f"{quantity}; ours", deviation.ours, deviation.relation, deviation.threshold)
    relation = deviation.relation if ours == "reproduced" else _OTHER_SIDE[deviation.relation]
    return condition(quantity, deviation.theirs, relation, deviation.threshold)


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claim that this experiment decides."""
    return [judge(E4, [stays(deviation) for deviation in deviations(frames) if deviation.claim])]
