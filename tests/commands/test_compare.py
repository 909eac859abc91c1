"""A run against reference results: what is called equivalent, compatible and different."""

import math

import pytest

from rankcollapse.claims import judging
from rankcollapse.claims.judging import judge
from rankcollapse.claims.records import Statement, write_claims
from rankcollapse.commands.compare import agreement, compare, rows
from rankcollapse.errors import UserError
from rankcollapse.statistics.intervals import Interval

C1, C2, C3 = (
    Statement(id=id, statement="A claim.", source="ours", figure="trainability", estimator="Mean.")
    for id in ("C1", "C2", "C3")
)


def condition(estimate, half, threshold=2.0, quantity="rank"):
    return judging.condition(quantity, Interval(estimate, estimate - half, estimate + half, 5), ">=", threshold)


@pytest.mark.parametrize(
    ("run", "reference", "expected"),
    [
        ((10.0, 0.1), (10.1, 0.1), "equivalent"),
        ((10.0, 0.0), (10.0, 0.0), "identical"),
        ((10.0, 5.0), (10.0 + 1e-12, 5.0), "identical"),  # the same run in other bits: as wide as it may be
        ((10.0, 0.2), (9.5, 0.2), "equivalent"),  # a difference for sure, but a small one
        ((10.0, 3.0), (9.0, 3.0), "compatible"),  # too wide to tell
        ((10.0, 0.1), (8.0, 0.1), "different"),
        ((10.0, 0.6), (9.0, 0.6), "different"),  # about a tenth, and surely not zero
        ((0.0, 0.01), (0.05, 0.01), "equivalent"),  # the threshold gives the scale of what is zero
        ((0.01, 0.0), (0.5, 0.0), "different"),
    ],
)
def test_agreement(run, reference, expected):
    found = agreement(condition(*run), condition(*reference))
    assert found.agreement == expected
    assert found.low <= run[0] - reference[0] <= found.high


def test_a_quantity_that_one_side_lacks_is_not_compared():
    here = condition(1, 0.1)
    assert agreement(here, None).agreement == agreement(None, here).agreement == "only one"
    for ends in ((-math.inf, math.inf), (0.5, math.inf), (-math.inf, 2.0)):
        single = judging.condition("rank", Interval(1, *ends, 1), ">=", 2.0)
        assert agreement(here, single).agreement == "only one"


def test_a_lowest_value_that_moves_is_the_same_quantity():
    run, reference = (
        [judge(C2, [condition(value, 0.01, quantity=f"BN accuracy at depth {depth}, lowest of all depths")])]
        for value, depth in ((0.7, 32), (0.4, 16))
    )
    (row,) = rows(run, reference)
    assert row.agreement.agreement == "different"
    assert row.quantity == (
        "BN accuracy at depth 32, lowest of all depths; BN accuracy at depth 16, lowest of all depths"
    )


def test_quantities_that_differ_in_a_number_only_are_paired_in_order():
    run, reference = (
        [judge(C2, [condition(value, 0.01, quantity=f"r at width {width}") for width, value in values])]
        for values in (((8, 3.0), (64, 9.0)), ((8, 3.0), (64, 9.0)))
    )
    assert [row.agreement.agreement for row in rows(run, reference)] == ["identical", "identical"]


def test_conditions_are_paired_by_claim_and_quantity(tmp_path, capsys):
    run = [judge(C1, [condition(3, 0.1), condition(5, 0.1, quantity="r")]), judge(C2, [], "not deep enough")]
    reference = [judge(C1, [condition(5, 0.1, quantity="r"), condition(1, 0.1)]), judge(C3, [condition(3, 0.1)])]
    found = rows(run, reference)
    assert [(row.id, row.quantity, row.agreement.agreement) for row in found] == [
        ("C1", "rank", "different"),
        ("C1", "r", "identical"),
        ("C2", "", "only one"),
        ("C3", "rank", "only one"),
    ]
    assert found[0].verdicts == ("reproduced", "refuted")
    for name, claims in (("run", run), ("reference", reference)):
        write_claims(claims, tmp_path / f"{name}.json")
    compare(tmp_path / "run.json", tmp_path / "reference.json")
    shown = capsys.readouterr().out
    assert "reproduced, was refuted" in shown
    assert (
        "1 identical, 0 equivalent, 0 compatible, 1 different, 1 only one; verdicts that changed: C1, C2, C3" in shown
    )


def test_a_file_that_is_no_claims(tmp_path):
    (tmp_path / "old.json").write_text('[{"id": "C1"}]')
    with pytest.raises(UserError, match="not the claims"):
        compare(tmp_path / "old.json", tmp_path / "old.json")
