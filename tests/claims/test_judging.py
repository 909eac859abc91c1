"""Conditions and claims, fed made-up intervals on either side of a threshold."""

import math

import numpy as np
import pytest

from rankcollapse.claims.judging import at_worst, condition, given, judge, runs_needed, verdict
from rankcollapse.claims.judging import between as within
from rankcollapse.claims.statements import Statement
from rankcollapse.statistics.intervals import Interval, mean_interval

CLAIM = Statement(id="C9", statement="It is so.", source="Figure 4", figure="pretraining", estimator="The mean.")


@pytest.mark.parametrize(
    ("relation", "low", "high", "expected"),
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
def test_a_condition_is_decided_by_its_whole_interval(relation, low, high, expected):
    interval = Interval((low + high) / 2, low, high, 5)
    assert verdict(interval, relation, 2) == condition("q", interval, relation, 2).verdict == expected


def between(low, high, relation=">=", threshold=2.0):
    return condition(f"{low}", Interval((low + high) / 2, low, high, 5), relation, threshold)


def test_two_equal_runs_decide_nothing():
    assert condition("q", Interval(1, 1, 1, 2), "<", 2).verdict == "inconclusive"
    assert condition("q", Interval(1, 1, 1, 3), "<", 2).verdict == "reproduced"


def test_a_claim_is_as_good_as_its_worst_condition():
    good, unclear, bad = between(3, 4), between(1, 3), between(0, 1)
    assert judge(CLAIM, [good, unclear]).verdict == "inconclusive"
    assert judge(CLAIM, [good, unclear, bad]).verdict == "refuted"
    entry = judge(CLAIM, [good, bad])
    assert (entry.estimate, entry.ci_low, entry.ci_high, entry.threshold) == (0.5, 0, 1, 2)
    assert [c.verdict for c in entry.conditions] == ["reproduced", "refuted"]


def test_of_several_points_the_worst_decides_and_is_named():
    def points(**ends: tuple[float, float]) -> dict[str, Interval]:
        return {name: Interval(sum(pair) / 2, *pair, 5) for name, pair in ends.items()}

    found = at_worst("rank at {}", points(a=(5, 6), b=(3, 4), c=(9, 9)), ">=", 2.0)
    assert (found.text, found.verdict, found.ci_low) == ("rank at b", "reproduced", 3)
    assert (found.quantity, found.at) == ("rank at {}", "b")  # what it is called does not depend on what was found
    found = at_worst("rank at {}", points(a=(5, 6), b=(1, 3), c=(3, 4)), ">=", 2.0)
    assert (found.text, found.verdict) == ("rank at b", "inconclusive")
    found = at_worst("rank at {}", points(a=(1, 1.5), b=(1, 3), c=(0, 9)), ">=", 2.0)
    assert (found.text, found.verdict) == ("rank at a", "refuted")
    for relation, threshold, expected in ((">=", 2.0, (3, 4)), ("<", 10.0, (8, 9))):
        holding = at_worst("q", points(a=(5, 6), b=(3, 4), c=(8, 9)), relation, threshold)
        assert holding.interval[1:3] == expected


def test_a_quantity_between_two_thresholds_has_a_condition_for_each():
    low, high = within("slope {}", {"a": Interval(1, 0.9, 1.1, 5), "b": Interval(1, 0.97, 1.3, 5)}, 0.8, 1.2)
    assert (low.text, low.relation, low.threshold, low.verdict) == ("slope a, from below", ">=", 0.8, "reproduced")
    assert (high.text, high.relation, high.threshold, high.verdict) == ("slope b, from above", "<", 1.2, "inconclusive")


def test_two_conditions_of_one_quantity_are_refused():
    with pytest.raises(ValueError, match="C9 has two conditions of one quantity"):
        judge(CLAIM, [between(3, 4), between(3, 4, "<")])


def test_where_a_baseline_does_not_hold_a_claim_is_open_and_says_why():
    bad, good = between(0, 1), between(3, 4)
    holding = condition("BN learns, depth {}", Interval(0.8, 0.7, 0.9, 5), ">=", 0.5, 32)
    assert judge(CLAIM, given(holding, [good])).verdict == "reproduced"
    assert judge(CLAIM, given(holding, [good, bad])).verdict == "refuted"
    failing = condition("BN learns, depth {}", Interval(0.2, 0.1, 0.3, 5), ">=", 0.5, 32)
    claim = judge(CLAIM, given(failing, [good, bad]))
    assert claim.verdict == "inconclusive"
    assert claim.to_decide == "a scale at which this holds: BN learns, depth 32"
    assert [(each.verdict, each.estimate) for each in claim.conditions] == [
        ("inconclusive", 0.2), ("inconclusive", 3.5), ("inconclusive", 0.5)
    ]  # fmt: skip


def test_the_margin_is_the_distance_of_the_unfavourable_end():
    assert between(3, 4, ">=", 2.0).margin == 1.0
    assert between(3, 4, "<", 5.0).margin == 1.0
    assert between(3, 4, "<", 2.0).margin == -2.0
    assert condition("q", Interval(1, -math.inf, math.inf, 1), "<", 2.0).margin == -math.inf


def test_what_was_not_run_says_why():
    entry = judge(CLAIM, [], missing="no such runs")
    assert (entry.verdict, entry.to_decide, entry.estimate) == ("not_run", "no such runs", None)
    assert (entry.ci_low, entry.ci_high, entry.threshold, entry.n) == (None, None, None, 0)
    assert Statement(**{name: getattr(entry, name) for name in Statement.model_fields}) == CLAIM


def test_what_would_decide_an_inconclusive_claim():
    # half-width 1 from 5 runs is a spread of 0.805, half-width 0.512 from 12 runs and 0.487 from 13
    unclear = condition("q", Interval(2.5, 1.5, 3.5, 5), ">=", 2.0)
    assert runs_needed(unclear) == 13
    values = np.random.default_rng(0).standard_normal(13)
    values = 2.5 + 0.8054 * (values - values.mean()) / values.std(ddof=1)
    assert condition("q", mean_interval(values), ">=", 2.0).verdict == "reproduced"
    fewer = values[:12] - values[:12].mean()
    fewer = 2.5 + 0.8054 * fewer / fewer.std(ddof=1)
    assert condition("q", mean_interval(fewer), ">=", 2.0).verdict == "inconclusive"
    for threshold in (2.0, 3.0):  # cut at a bound, on the other side: as many runs are needed
        cut = Interval(2.5, 1.5 if threshold == 2.0 else 2.5, 3.5 if threshold == 3.0 else 2.5, 5)
        assert runs_needed(condition("q", cut, ">=", threshold)) == 13
    entry = judge(CLAIM, [between(3, 4), unclear, condition("few", Interval(3, 3, 3, 2), ">=", 2.0)])
    assert entry.to_decide == "n of about 13 at this spread, now 5, q; n of at least 3, now 2, few"
    assert judge(CLAIM, [between(3, 4)]).to_decide is None
    assert judge(CLAIM, [between(0, 1), unclear]).to_decide is None  # refuted: nothing is open
    on_it = condition("q", Interval(2.0, 1.5, 2.5, 5), ">=", 2.0)
    assert judge(CLAIM, [on_it]).to_decide == "another way of measuring, q"
