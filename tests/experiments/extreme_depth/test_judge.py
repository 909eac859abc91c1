"""The judges of C3 and C4 on either side of their thresholds."""

import math

import pandas as pd
import pytest
from support.verdicts import JITTER, verdicts

from rankcollapse.experiments.extreme_depth.judge import judge_all


def deep_frame(bn, vanilla, last=50_000):
    return pd.DataFrame(
        {"activation": activation, "variant": variant, "width": 32, "chain": chain, "layer": layer}
        | {"numerical_rank": rank + JITTER[chain], "participation_ratio": 1.0}
        for activation in ("identity", "relu")
        for variant, ranks in (("bn", bn), ("vanilla", vanilla))
        for layer, rank in zip((1000, last), ranks, strict=True)
        for chain in range(5)
    )


@pytest.mark.parametrize(
    ("bn", "vanilla", "last", "verdict"),
    [
        ((10, 10), (2, 1), 50_000, "reproduced"),
        ((10, 4), (2, 1), 50_000, "refuted"),
        ((4, 10), (2, 1), 50_000, "refuted"),
        ((10, 10), (1, 3), 50_000, "refuted"),
        ((10, 5), (2, 1), 50_000, "inconclusive"),  # five networks do not tell a unit of rank
        ((10, math.sqrt(32)), (2, 1), 50_000, "inconclusive"),
        ((10, 10), (2, 1), 49_000, "not_run"),
    ],
)
def test_c3_and_c4(bn, vanilla, last, verdict):
    entries = judge_all({"extreme_depth.chain": deep_frame(bn, vanilla, last)})
    assert verdicts(entries) == {"C3": verdict, "C4": verdict}
