"""Each judge, fed made-up results on either side of its thresholds."""

import math

import numpy as np
import pandas as pd
import pytest

from rankcollapse.claims import Condition, judge, runs_needed, worst
from rankcollapse.config import experiments
from rankcollapse.experiments.depth.claims import judge_all, judge_rank, judge_training
from rankcollapse.intervals import Interval, mean_interval
from rankcollapse.ledger import LEDGER

SEEDS = range(5)
JITTER = [-0.02, -0.01, 0.0, 0.01, 0.02]


@pytest.mark.parametrize(
    ("relation", "low", "high", "verdict"),
    [
        ("<", 0, 1.9, "reproduced"),
        ("<", 1.9, 2.1, "inconclusive"),
        ("<", 2, 3, "refuted"),
        (">=", 2, 3, "reproduced"),
        (">=", 1.9, 2.1, "inconclusive"),
        (">=", 0, 1.9, "refuted"),
        (">=", -math.inf, math.inf, "inconclusive"),
        ("<", -math.inf, math.inf, "inconclusive"),
    ],
)
def test_a_condition_is_decided_by_its_whole_interval(relation, low, high, verdict):
    assert Condition("q", Interval((low + high) / 2, low, high, 5), relation, 2).verdict == verdict


def condition(low, high, relation=">=", threshold=2.0):
    return Condition(f"{low}", Interval((low + high) / 2, low, high, 5), relation, threshold)


def test_two_equal_runs_decide_nothing():
    assert Condition("q", Interval(1, 1, 1, 2), "<", 2).verdict == "inconclusive"
    assert Condition("q", Interval(1, 1, 1, 3), "<", 2).verdict == "reproduced"


def test_a_claim_is_as_good_as_its_worst_condition():
    good, unclear, bad = condition(3, 4), condition(1, 3), condition(0, 1)
    assert judge("C9", [good, unclear])["verdict"] == "inconclusive"
    assert judge("C9", [good, unclear, bad])["verdict"] == "refuted"
    entry = judge("C9", [good, bad])
    assert (entry["estimate"], entry["ci_low"], entry["ci_high"], entry["threshold"]) == (0.5, 0, 1, 2)
    assert [c["verdict"] for c in entry["conditions"]] == ["reproduced", "refuted"]
    assert worst([condition(5, 6), condition(3, 4), condition(9, 9)]).interval.low == 3
    assert worst([condition(5, 6), unclear, good]) is unclear


def test_what_was_not_run_says_why():
    entry = judge("C9", [], missing="no such runs")
    assert (entry["verdict"], entry["to_decide"], entry["estimate"]) == ("not_run", "no such runs", None)
    assert entry.keys() >= {"id", "statement", "verdict", "estimate", "ci_low", "ci_high", "threshold", "n", "figure"}


def test_what_would_decide_an_inconclusive_claim():
    # half-width 1 from 5 runs is a spread of 0.805, half-width 0.512 from 12 runs and 0.487 from 13
    unclear = Condition("q", Interval(2.5, 1.5, 3.5, 5), ">=", 2.0)
    assert runs_needed(unclear) == 13
    values = np.random.default_rng(0).standard_normal(13)
    values = 2.5 + 0.8054 * (values - values.mean()) / values.std(ddof=1)
    assert Condition("q", mean_interval(values), ">=", 2.0).verdict == "reproduced"
    fewer = values[:12] - values[:12].mean()
    fewer = 2.5 + 0.8054 * fewer / fewer.std(ddof=1)
    assert Condition("q", mean_interval(fewer), ">=", 2.0).verdict == "inconclusive"
    entry = judge("C9", [condition(3, 4), unclear, Condition("few", Interval(3, 3, 3, 2), ">=", 2.0)])
    assert entry["to_decide"] == "n of about 13 at this spread, now 5, q; n of at least 3, now 2, few"
    assert judge("C9", [condition(3, 4)])["to_decide"] is None
    assert judge("C9", [condition(0, 1), unclear])["to_decide"] is None  # refuted: nothing is open
    on_it = Condition("q", Interval(2.0, 1.5, 2.5, 5), ">=", 2.0)
    assert judge("C9", [on_it])["to_decide"] == "another way of measuring, q"


def test_the_ledger_says_where_and_how_of_every_claim():
    assert {*LEDGER} == {*(f"C{number}" for number in range(1, 14)), *(f"E{number}" for number in range(1, 7))}
    for claim in LEDGER.values():
        assert all(claim)
        assert claim.figure in experiments()
        assert claim.statement.endswith(".")
        assert claim.estimator.endswith(".")
    with pytest.raises(KeyError):
        judge("C99", [])


def ranks(vanilla, bn, deepest=32, width=128):
    return pd.DataFrame(
        {"width": width, "variant": variant, "depth": depth, "seed": seed, "numerical_rank": value + JITTER[seed]}
        for variant, values in (("vanilla", vanilla), ("bn", bn))
        for depth, value in zip((0, deepest), values, strict=True)
        for seed in SEEDS
    )


def test_c1_turns_with_either_of_its_conditions():
    assert judge_rank(ranks((125, 1), (128, 128)))["verdict"] == "reproduced"
    assert judge_rank(ranks((125, 50), (128, 128)))["verdict"] == "refuted"  # no collapse
    assert judge_rank(ranks((125, 1), (128, 11)))["verdict"] == "refuted"  # below √128 = 11.3
    assert judge_rank(ranks((125, 1), (11, 128)))["verdict"] == "refuted"  # at any depth
    assert judge_rank(ranks((125, 1), (128, 12)))["verdict"] == "reproduced"
    assert judge_rank(ranks((125, 2), (128, 128)))["verdict"] == "inconclusive"
    assert judge_rank(ranks((1, 1), (128, 128)))["verdict"] == "refuted"  # nothing to lose: no collapse
    assert judge_rank(ranks((125, 1), (128, 128), deepest=15))["verdict"] == "not_run"


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
    assert judge_training(accuracies(good_vanilla, good_bn))["verdict"] == "reproduced"
    assert judge_training(accuracies((0.9, 0.1, 0.6), good_bn))["verdict"] == "refuted"  # deep vanilla trains
    assert judge_training(accuracies((0.9, 0.6, 0.1), good_bn))["verdict"] == "refuted"
    assert judge_training(accuracies((0.1, 0.1, 0.1), good_bn))["verdict"] == "refuted"  # shallow does not
    assert judge_training(accuracies(good_vanilla, (0.9, 0.8, 0.1)))["verdict"] == "refuted"  # deep BN does not
    assert judge_training(accuracies((0.9, 0.1, 0.2), good_bn))["verdict"] == "inconclusive"
    runs = accuracies(good_vanilla, good_bn)
    assert judge_training(runs[runs["depth"] == 0])["verdict"] == "not_run"
    assert judge_training(runs[runs["depth"] > 0])["verdict"] == "not_run"
    failing_early = runs.assign(depth=runs["depth"].replace({16: 4}))
    assert judge_training(failing_early)["verdict"] == "refuted"


def test_the_entries_of_an_experiment_are_in_order():
    frames = {
        "depth.rank": ranks((125, 1), (128, 128)),
        "depth.training": accuracies((0.9, 0.1, 0.1), (0.9, 0.8, 0.7)),
    }
    assert [entry["id"] for entry in judge_all(frames)] == ["C1", "C2"]
