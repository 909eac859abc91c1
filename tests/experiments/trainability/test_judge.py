"""The judges of C1 and C2 on either side of their thresholds."""

import pandas as pd

from rankcollapse.experiments.trainability.judge import judge_all, judge_rank, judge_training

SEEDS = range(5)


JITTER = [-0.02, -0.01, 0.0, 0.01, 0.02]


def ranks(vanilla, bn, deepest=32, width=128):
    return pd.DataFrame(
        {"width": width, "variant": variant, "depth": depth, "seed": seed, "numerical_rank": value + JITTER[seed]}
        for variant, values in (("vanilla", vanilla), ("bn", bn))
        for depth, value in zip((0, deepest), values, strict=True)
        for seed in SEEDS
    )


def test_c1_turns_with_either_of_its_conditions():
    assert judge_rank(ranks((125, 1), (128, 128))).verdict == "reproduced"
    assert judge_rank(ranks((125, 50), (128, 128))).verdict == "refuted"  # no collapse
    assert judge_rank(ranks((125, 1), (128, 11))).verdict == "refuted"  # below √128 = 11.3
    assert judge_rank(ranks((125, 1), (11, 128))).verdict == "refuted"  # at any depth
    assert judge_rank(ranks((125, 1), (128, 12))).verdict == "reproduced"
    assert judge_rank(ranks((125, 2), (128, 128))).verdict == "inconclusive"
    assert judge_rank(ranks((1, 1), (128, 128))).verdict == "refuted"  # nothing to lose: no collapse
    assert judge_rank(ranks((125, 1), (128, 128), deepest=15)).verdict == "not_run"


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
    runs = accuracies(good_vanilla, good_bn)
    assert judge_training(runs[runs["depth"] == 0]).verdict == "not_run"
    assert judge_training(runs[runs["depth"] > 0]).verdict == "not_run"
    failing_early = runs.assign(depth=runs["depth"].replace({16: 4}))
    assert judge_training(failing_early).verdict == "refuted"


def test_the_claims_of_an_experiment_are_in_order():
    frames = {
        "trainability.rank": ranks((125, 1), (128, 128)),
        "trainability.training": accuracies((0.9, 0.1, 0.1), (0.9, 0.8, 0.7)),
    }
    assert [claim.id for claim in judge_all(frames)] == ["C1", "C2"]
