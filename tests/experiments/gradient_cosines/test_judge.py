"""The judge of C12 on either side of its thresholds."""

import pandas as pd
import pytest
from support.training_frames import SEEDS
from support.verdicts import verdicts

from rankcollapse.experiments.gradient_cosines.judge import judge_all


def cosines(vanilla, bn, deepest=32):
    return pd.DataFrame(
        {
            "variant": variant,
            "depth": depth,
            "seed": seed,
            "unit_cosine": value + seed / 1e4,
            "participation_ratio": ratio,
        }
        for variant, values in (("vanilla", vanilla), ("bn", bn))
        for depth, (value, ratio) in zip((0, deepest), values, strict=True)
        for seed in SEEDS
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
