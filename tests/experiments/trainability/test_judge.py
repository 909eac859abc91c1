"""The judges of C1 and C2 on either side of their thresholds."""

import pandas as pd
import pytest

from rankcollapse.experiments.trainability.judge import judge_all, judge_rank, judge_training

SEEDS = range(5)


JITTER = [-0.02, -0.01, 0.0, 0.01, 0.02]


def ranks(vanilla, bn, deepest=32, width=128, batch_size=128):
    return pd.DataFrame(
        {"width": width, "batch_size": batch_size, "variant": variant, "depth": depth, "seed": seed}
        | {"numerical_rank": value + JITTER[seed]}
        for variant, values in (("vanilla", vanilla), ("bn", bn))
        for depth, value in zip((0, deepest), values, strict=True)
        for seed in SEEDS
    )


def test_c1_turns_with_either_of_its_conditions():
    assert judge_rank(ranks((125, 1), (128, 128))).verdict == "reproduced"
    assert judge_rank(ranks((125, 50), (128, 128))).verdict == "refuted"  # no collapse
    assert judge_rank(ranks((125, 1), (128, 10))).verdict == "refuted"  # below √128 = 11.3
    assert judge_rank(ranks((125, 1), (10, 128))).verdict == "refuted"  # at any depth
    assert judge_rank(ranks((125, 1), (128, 13))).verdict == "reproduced"
    for near in (11, 12):  # five ranks that are alike do not tell a unit
        assert judge_rank(ranks((125, 1), (128, near))).verdict == "inconclusive"
    assert judge_rank(ranks((125, 2), (128, 128))).verdict == "inconclusive"
    assert judge_rank(ranks((1, 1), (128, 128))).verdict == "refuted"  # nothing to lose: no collapse
    assert judge_rank(ranks((125, 1), (128, 128), deepest=15)).verdict == "not_run"


@pytest.mark.parametrize(("width", "batch_size"), [(128, 64), (64, 128)])
def test_the_interval_of_a_rank_ends_at_width_or_batch(width, batch_size):
    vanilla, bn, _ = judge_rank(ranks((63.9, 1.1), (63.9, 63.9), width=width, batch_size=batch_size)).conditions
    assert (vanilla.ci_low, vanilla.ci_high < 2) == (1, True)
    assert (bn.ci_low > 63, bn.ci_high) == (True, 64)


def accuracies(vanilla, bn, deepest=32):
    rows = [
        {"variant": variant, "depth": depth, "seed": seed, "phase": "final", "final_accuracy": value + JITTER[seed]}
        for variant, values in (("vanilla", vanilla), ("bn", bn))
        for depth, value in zip((0, 16, deepest), values, strict=True)
        for seed in SEEDS
    ]
    # the search's networks must not count
    return pd.DataFrame([*rows, *({**row, "phase": "search", "final_accuracy": 0.3} for row in rows)])


def test_c2_turns_with_each_of_its_conditions():
    good_vanilla, good_bn = (0.9, 0.1, 0.1), (0.9, 0.8, 0.7)
    assert judge_training(accuracies(good_vanilla, good_bn)).verdict == "reproduced"
    assert judge_training(accuracies((0.9, 0.1, 0.6), good_bn)).verdict == "refuted"  # deep vanilla trains
    assert judge_training(accuracies((0.9, 0.6, 0.1), good_bn)).verdict == "refuted"
    assert judge_training(accuracies((0.1, 0.1, 0.1), good_bn)).verdict == "refuted"  # shallow does not
    assert judge_training(accuracies(good_vanilla, (0.9, 0.8, 0.1))).verdict == "refuted"  # deep BN does not
    assert judge_training(accuracies((0.9, 0.1, 0.2), good_bn)).verdict == "inconclusive"
    assert judge_training(accuracies(good_vanilla, (0.9, 0.8, 0.5))).verdict == "inconclusive"
    runs = accuracies(good_vanilla, good_bn)
    assert judge_training(runs[runs["depth"] == 0]).verdict == "not_run"
    assert judge_training(runs[runs["depth"] > 0]).verdict == "not_run"
    failing_early = runs.assign(depth=runs["depth"].replace({16: 4}))
    assert judge_training(failing_early).verdict == "refuted"


def test_five_networks_at_chance_are_enough_to_be_below_twice_that_and_three_are_not():
    runs = accuracies((0.9, 0.1, 0.1), (0.9, 0.8, 0.7))
    assert judge_training(runs).verdict == "reproduced"
    few = judge_training(runs[runs["seed"].between(1, 3)])  # as many at 0.1 on average, and more alike
    assert few.verdict == "inconclusive"
    found = {condition.quantity: condition.verdict for condition in few.conditions}
    assert found == {
        "BN accuracy at depth {}, lowest of all depths": "inconclusive",
        "vanilla accuracy at depth {}, highest from 16 on": "inconclusive",
        "vanilla accuracy at depth {}, lowest up to 4": "reproduced",
    }


def test_the_claims_of_an_experiment_are_in_order():
    frames = {
        "trainability.rank": ranks((125, 1), (128, 128)),
        "trainability.training": accuracies((0.9, 0.1, 0.1), (0.9, 0.8, 0.7)),
    }
    assert [claim.id for claim in judge_all(frames)] == ["C1", "C2"]
