"""Judge E5."""

import pandas as pd

from rankcollapse.claims.judging import between, condition, judge
from rankcollapse.claims.records import Claim
from rankcollapse.experiments.fixed_batch.claims import E5, EXPONENT_HIGH, EXPONENT_LOW, FULL, HIGH, LOW, WIDE, WIDEST
from rankcollapse.experiments.fixed_batch.summary import gap_exponent, stationary
from rankcollapse.theory.closed_forms import fixed_batch_participation_ratio


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claims that this experiment decides."""
    frame = frames["fixed_batch.chain"]
    samples, widest = int(frame["samples"].iloc[0]), int(frame["width"].max())
    exponent = gap_exponent(frame)
    if exponent is None or widest < WIDEST * samples**2:
        return [judge(E5, [], f"needs three widths of {WIDE} N or more, one of them at least {WIDEST} N²")]
    ratio = stationary(frame, "identity", "participation_ratio")
    relative = {
        width: value.over(fixed_batch_participation_ratio(width, samples))
        for width, value in ratio.items()
        if width >= samples
    }
    conditions = [
        *between("exponent of the orthogonality gap in the width", {"": exponent}, EXPONENT_LOW, EXPONENT_HIGH),
        condition("r over N at width {}, widest", ratio[widest].over(samples), ">=", FULL, widest),
        *between("r over the crossover law at width {}", relative, LOW, HIGH),
    ]
    return [judge(E5, conditions)]
