"""Judge C8."""

import pandas as pd

from rankcollapse.claims.judging import between, judge
from rankcollapse.claims.records import Claim
from rankcollapse.experiments.collapse.claims import C8, HIGH, LOW
from rankcollapse.experiments.collapse.summary import slopes


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claims that this experiment decides."""
    points = slopes(frames["collapse.spectrum"])
    return [judge(C8, between("slope of measured on exact Lyapunov exponents at width {}", points, LOW, HIGH))]
