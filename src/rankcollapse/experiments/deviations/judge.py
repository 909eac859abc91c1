"""Judge E4: on which side of its threshold each quantity lies, our way and the release's way."""

import pandas as pd

from rankcollapse.claims.judging import condition, judge, unless, verdict
from rankcollapse.claims.records import Claim, Condition, Verdict
from rankcollapse.experiments.deviations.claims import E4
from rankcollapse.experiments.deviations.summary import Deviation, deviations


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
    below = deviation.ours.estimate < deviation.threshold
    quantity = f"{deviation.id}, {deviation.claim}: {deviation.quantity}; {deviation.release}"
    found = condition(quantity, deviation.theirs, "<" if below else ">=", deviation.threshold, deviation.at)
    low, high = deviation.ours.low, deviation.ours.high
    open_way = f"our way it is open, between {low:.3g} and {high:.3g}: {found.text}" if ours == "inconclusive" else None
    return unless(open_way, found)


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claim that this experiment decides."""
    return [judge(E4, [stays(deviation) for deviation in deviations(frames) if deviation.claim])]
