"""The judge of C12 on either side of its thresholds."""

import pandas as pd
import pytest
from support.verdicts import verdicts

from rankcollapse.experiments.gradient_cosines.judge import judge_all

NETWORKS = 40  # as at every scale: fewer do not tell 0.999 from 0.99


def cosines(vanilla, bn, deepest=32, networks=NETWORKS):
    return pd.DataFrame(
        {
            "variant": variant,
            "depth": depth,
            "seed": seed,
            "unit_cosine": value + seed / 1e6,
            "participation_ratio": ratio,
        }
        for variant, values in (("vanilla", vanilla), ("bn", bn))
        for depth, (value, ratio) in zip((0, deepest), values, strict=True)
        for seed in range(networks)
    )


@pytest.mark.parametrize(
    ("vanilla", "bn", "deepest", "verdict"),
    [
        (((0.7, 2.0), (0.999, 1.0)), ((0.3, 7.0), (0.31, 7.0)), 32, "reproduced"),
        (((0.7, 2.0), (0.9, 1.0)), ((0.3, 7.0), (0.31, 7.0)), 32, "refuted"),  # not collinear
        (((0.7, 2.0), (0.999, 1.0)), ((0.3, 7.0), (0.95, 7.0)), 32, "refuted"),  # with BN as well
        (((0.7, 5.0), (0.999, 7.0)), ((0.3, 2.0), (0.31, 2.1)), 32, "refuted"),  # not as rank falls
        (((0.7, 2.0), (0.999, 1.0)), ((0.3, 7.0), (0.31, 7.0)), 8, "not_run"),
    ],
)
def test_c12(vanilla, bn, deepest, verdict):
    frame = cosines(vanilla, bn, deepest)
    assert verdicts(judge_all({"gradient_cosines.gradients": frame})) == {"C12": verdict}


def test_a_few_networks_do_not_show_that_gradients_are_collinear():
    frame = cosines(((0.7, 2.0), (0.999, 1.0)), ((0.3, 7.0), (0.31, 7.0)), networks=20)
    [claim] = judge_all({"gradient_cosines.gradients": frame})
    assert [condition.verdict for condition in claim.conditions] == ["inconclusive", "reproduced", "reproduced"]
    assert claim.verdict == "inconclusive"
