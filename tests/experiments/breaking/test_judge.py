"""The judges of C10 and C11 on either side of their thresholds."""

import math

import pandas as pd
import pytest
from support.training_frames import SEEDS, VGG, of_vgg
from support.verdicts import verdicts

from rankcollapse.experiments.breaking.judge import judge_all


def course(ratios, losses, learned=0.8):
    """Rows of Figure 6; `learned` is the accuracy of BN networks on the batches before the last row."""
    rows = []
    for seed in SEEDS:
        for variant in ratios:
            shared = {
                "variant": variant,
                "seed": seed,
                "steps_an_epoch": 5,
                "participation_ratio": ratios[variant] + seed / 1e3,
            }
            rows.append(shared | {"step": 0, "loss": None, "accuracy": None})
            for step, accuracy in ((10, learned if variant == "bn" else 0.3), (5, 0.45)):
                loss = losses[variant] + seed / 1e3
                rows.append(shared | {"step": step, "loss": loss, "accuracy": accuracy + (seed - 2) / 1e3})
    return pd.DataFrame(rows)


RATIOS = {"bn": 7.0, "much": 3.0, "little": 2.0, "vanilla": 1.1, "one-signed": 1.0}


LOSSES = {"bn": 0.8, "much": 1.0, "little": 1.5, "vanilla": 2.2, "one-signed": 2.3}


@pytest.mark.parametrize(
    ("ratios", "losses", "vgg", "expected"),
    [
        ({}, {}, {}, ["reproduced", "reproduced"]),
        ({"one-signed": 6.0}, {}, {}, ["refuted", "refuted"]),  # rank does not fall: correlation 0.4
        ({}, {"one-signed": 0.9}, {}, ["refuted", "refuted"]),  # training does not stall
        ({}, {"bn": 1.5, "much": 1.3, "little": 1.1, "vanilla": 1.0, "one-signed": 0.8}, {}, ["refuted", "refuted"]),
        ({}, {"one-signed": math.inf}, {}, ["reproduced", "reproduced"]),  # diverged: stalled, and the slowest
        ({}, {"bn": math.inf}, {}, ["not_run", "refuted"]),
        ({}, {}, {"one": (20, 1.5, 0.1)}, ["refuted", "reproduced"]),  # VGG-19's rank does not fall
        ({}, {}, {"bn": (32, 2.7, 0.2)}, ["inconclusive", "reproduced"]),  # VGG-19 does not train anyway
        ({}, {}, {"bn": (32, 2.7, 0.5)}, ["inconclusive", "reproduced"]),  # it cannot be told whether it does
        ({}, {}, {"one": (2, 1.001, 0.7)}, ["refuted", "reproduced"]),  # VGG-19's training does not stall
        ({}, {}, {"one": (2, 1.2, 0.2), "none": (1, 2.8, 0.1)}, ["reproduced", "refuted"]),  # not ordered by r
        ({}, {}, {"one": None}, ["not_run", "reproduced"]),
        ({}, {}, {"one": (math.nan, math.nan, 0.1)}, ["not_run", "reproduced"]),  # its last state is not finite
        ({}, {}, dict.fromkeys(VGG, (2, 1.0, 0.1)), ["inconclusive", "not_run"]),  # all alike, and BN does not train
    ],
)
def test_c10_and_c11(ratios, losses, vgg, expected):
    frames = {"breaking.training": course(RATIOS | ratios, LOSSES | losses), **of_vgg(**vgg)}
    assert verdicts(judge_all(frames)) == dict(zip(("C10", "C11"), expected, strict=True))


ON_MLPS = [
    "last accuracy with both signs",
    "r before training, both signs over one sign",
    "last loss above the middle of guessing and BN",
]
ON_VGG = [
    "VGG-19: accuracy with both signs",
    "VGG-19: numerical rank at initialization, both signs over one",
    "VGG-19: middle of guessing and that, less accuracy with one",
]


@pytest.mark.parametrize("learned", [0.2, 0.5])
@pytest.mark.parametrize("ratios", [{}, {"one-signed": 6.0}])  # whether the rank falls or not
def test_c10_says_nothing_where_networks_with_both_signs_do_not_learn_in_so_few_steps(learned, ratios):
    broken, order = judge_all({"breaking.training": course(RATIOS | ratios, LOSSES, learned), **of_vgg()})
    because = f"a scale at which this holds: {ON_MLPS[0]}"
    assert (broken.verdict, broken.to_decide) == ("inconclusive", because)
    assert {each.quantity: (each.verdict, each.because) for each in broken.conditions} == {
        **dict.fromkeys(ON_MLPS, ("inconclusive", because)),
        **dict.fromkeys(ON_VGG, ("reproduced", None)),
    }
    assert order.verdict == ("refuted" if ratios else "reproduced")  # it has no baseline


def test_a_baseline_of_mlps_is_none_of_vgg_and_the_other_way_round():
    not_learned, falls_not = course(RATIOS, LOSSES, 0.2), course(RATIOS | {"one-signed": 6.0}, LOSSES)
    for training, vgg, refuted in (
        (not_learned, {"one": (20, 1.5, 0.1)}, ON_VGG[1]),
        (falls_not, {"bn": (32, 2.7, 0.2)}, ON_MLPS[1]),
    ):
        broken, _ = judge_all({"breaking.training": training, **of_vgg(**vgg)})
        assert (broken.verdict, broken.quantity) == ("refuted", refuted)
        open_ones = [each for each in broken.conditions if each.verdict == "inconclusive"]
        assert [each.quantity for each in open_ones] == (ON_MLPS if refuted in ON_VGG else ON_VGG)


@pytest.mark.parametrize(
    ("name", "column"), [("breaking.training", "variant"), ("components.training", "initialization")]
)
def test_networks_of_one_seed_are_compared_in_whatever_order_they_come(name, column):
    """Rows come by step size, and networks of a seed need not take the same: pairs are those of a seed all the same."""
    frames = {"breaking.training": course(RATIOS, LOSSES), **of_vgg()}
    frame = frames[name]
    spread = frame["seed"] / 20  # the same in both networks of a pair
    frame["loss" if name.startswith("breaking") else "final_accuracy"] += spread
    one = frame[column].isin(["one-signed", "one_signed"])
    expected, found = (
        judge_all(frames | {name: rows})[0].conditions
        for rows in (frame, pd.concat([frame[~one], frame[one].sort_values("seed", ascending=False)]))
    )
    for condition, same in zip(found, expected, strict=True):
        assert tuple(condition.interval) == pytest.approx(tuple(same.interval)), condition.quantity


def test_networks_that_all_diverge_order_nothing_and_stop_no_verdict():
    frame = course(RATIOS, dict.fromkeys(RATIOS, math.inf))
    assert verdicts(judge_all({"breaking.training": frame} | of_vgg())) == {"C10": "not_run", "C11": "not_run"}
