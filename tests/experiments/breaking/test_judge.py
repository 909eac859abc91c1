"""The judges of C10 and C11 on either side of their thresholds."""

import math

import pandas as pd
import pytest
from support.training_frames import SEEDS, VGG, of_vgg
from support.verdicts import verdicts

from rankcollapse.experiments.breaking.judge import judge_all


def course(ratios, losses):
    rows = []
    for seed in SEEDS:
        for variant in ratios:
            shared = {
                "variant": variant,
                "seed": seed,
                "steps_an_epoch": 5,
                "participation_ratio": ratios[variant] + seed / 1e3,
            }
            rows.append(shared | {"step": 0, "loss": None})
            rows += [shared | {"step": step, "loss": losses[variant] + seed / 1e3} for step in (5, 10)]
    return pd.DataFrame(rows)


RATIOS = {"bn": 7.0, "much": 3.0, "little": 2.0, "vanilla": 1.1, "one-signed": 1.0}


LOSSES = {"bn": 0.8, "much": 1.0, "little": 1.5, "vanilla": 2.2, "one-signed": 2.3}


@pytest.mark.parametrize(
    ("ratios", "losses", "vgg", "expected"),
    [
        ({}, {}, {}, ["reproduced", "reproduced"]),
        ({"one-signed": 6.0}, {}, {}, ["refuted", "refuted"]),  # rank does not fall: correlation 0.4
        ({}, {"one-signed": 0.9}, {}, ["refuted", "refuted"]),  # training does not stall
        ({}, {"bn": 2.3, "much": 2.2, "little": 1.5, "vanilla": 1.0, "one-signed": 0.8}, {}, ["refuted", "refuted"]),
        ({}, {"one-signed": math.inf}, {}, ["reproduced", "reproduced"]),  # diverged: stalled, and the slowest
        ({}, {"bn": math.inf}, {}, ["not_run", "refuted"]),
        ({}, {}, {"one": (20, 1.5, 0.1)}, ["refuted", "reproduced"]),  # VGG-19's rank does not fall
        ({}, {}, {"bn": (32, 2.7, 0.2)}, ["refuted", "reproduced"]),  # VGG-19 does not train anyway
        ({}, {}, {"one": (2, 1.001, 0.7)}, ["refuted", "reproduced"]),  # VGG-19's training does not stall
        ({}, {}, {"one": (2, 1.2, 0.2), "none": (1, 2.8, 0.1)}, ["reproduced", "refuted"]),  # not ordered by r
        ({}, {}, {"one": None}, ["not_run", "reproduced"]),
        ({}, {}, {"one": (math.nan, math.nan, 0.1)}, ["not_run", "reproduced"]),  # its last state is not finite
        ({}, {}, dict.fromkeys(VGG, (1, 1.0, 0.1)), ["refuted", "not_run"]),  # all alike
    ],
)
def test_c10_and_c11(ratios, losses, vgg, expected):
    frames = {"breaking.training": course(RATIOS | ratios, LOSSES | losses), **of_vgg(**vgg)}
    assert verdicts(judge_all(frames)) == dict(zip(("C10", "C11"), expected, strict=True))
