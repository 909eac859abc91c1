"""A run against reference results: what is called equivalent, compatible and different."""

import contextlib
import math

import pytest
from support.manifests import manifest

from rankcollapse.claims import judging
from rankcollapse.claims.judging import judge
from rankcollapse.claims.records import write_claims
from rankcollapse.claims.rounding import Rounding
from rankcollapse.claims.statements import Statement
from rankcollapse.commands.compare import agreement, compare, rows
from rankcollapse.errors import UserError
from rankcollapse.statistics.intervals import Interval

C1, C2, C3, C7 = (
    Statement(id=id, statement="A claim.", source="ours", figure="trainability", estimator="Mean.")
    for id in ("C1", "C2", "C3", "C7")
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
        [judge(C2, [judging.at_worst("BN accuracy at depth {}, lowest", {depth: around(value)}, ">=", 2.0)])]
        for value, depth in ((0.7, 32), (0.4, 16))
    )
    (row,) = rows(run, reference)
    assert row.agreement.agreement == "different"
    assert row.quantity == "BN accuracy at depth 32, lowest; BN accuracy at depth 16, lowest"


def around(estimate, half=0.01):
    return Interval(estimate, estimate - half, estimate + half, 5)


def studied(*estimates):
    """A study of rounding in which the condition of C1 was found to be these."""
    moved = {
        "claim": "C1",
        "quantity": "rank",
        "default": condition(10.0, 0.1),
        "estimates": {f"treatment {number}": value for number, value in enumerate(estimates)},
    }
    about = {"commit": None, "clean": None, "processor": "", "instructions": "", "kernels": ""}
    return Rounding(**about, treatments={}, conditions=[moved], verdicts={})


def test_what_rounding_moves_is_no_difference():
    run, reference = ([judge(C1, [condition(value, 0.01)])] for value in (10.0, 8.0))
    assert [row.agreement.agreement for row in rows(run, reference)] == ["different"]
    assert [row.agreement.agreement for row in rows(run, reference, studied(10.0, 10.001))] == ["different"]
    assert [row.agreement.agreement for row in rows(run, reference, studied(8.5, 11.0, 9.5))] == ["compatible"]
    [moved] = studied(9.0, 12.0).conditions
    assert moved.moves == pytest.approx(4.302653 * math.sqrt((1 + 4) / 2))  # t of two degrees of freedom
    assert moved.covered == [False, False]


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
    assert "quantities 1 identical, 0 equivalent, 0 compatible, 1 different, 1 only one" in shown
    named = "C1 reproduced, was refuted; C2 not_run, was missing; C3 missing, was reproduced"
    assert shown.endswith(f"verdicts that differ: {named}\n")
    compare(tmp_path / "run.json", tmp_path / "reference.json", brief=True)
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize(("value", "half", "agrees"), [(3.0, 0.1, True), (3.05, 0.1, True), (9.0, 0.1, False)])
def test_strict_fails_where_a_quantity_or_a_verdict_differs(tmp_path, value, half, agrees):
    write_claims([judge(C1, [condition(value, half)])], tmp_path / "run.json")
    write_claims([judge(C1, [condition(3.0, 0.1)])], tmp_path / "reference.json")
    with contextlib.nullcontext() if agrees else pytest.raises(UserError, match="does not agree"):
        compare(tmp_path / "run.json", tmp_path / "reference.json", strict=True)
    write_claims([judge(C1, [condition(3.0, 1.5)])], tmp_path / "run.json")  # compatible, and another verdict
    with pytest.raises(UserError, match="does not agree"):
        compare(tmp_path / "run.json", tmp_path / "reference.json", strict=True)


def test_a_study_of_rounding_beside_the_reference_is_read(tmp_path, capsys):
    write_claims([judge(C1, [condition(10.0, 0.01)])], tmp_path / "run.json")
    write_claims([judge(C1, [condition(8.0, 0.01)])], tmp_path / "reference.json")
    compare(tmp_path / "run.json", tmp_path / "reference.json")
    assert "1 different" in capsys.readouterr().out
    studied(8.5, 11.0, 9.5).write(tmp_path / "rounding.json")
    assert Rounding.read(tmp_path / "rounding.json") == studied(8.5, 11.0, 9.5)
    compare(tmp_path / "run.json", tmp_path / "reference.json")
    assert "1 compatible" in capsys.readouterr().out
    (tmp_path / "rounding.json").write_text("{}")
    with pytest.raises(UserError, match="not a study of rounding"):
        compare(tmp_path / "run.json", tmp_path / "reference.json")


def test_a_file_that_is_no_claims(tmp_path):
    (tmp_path / "old.json").write_text('[{"id": "C1"}]')
    with pytest.raises(UserError, match="not the claims"):
        compare(tmp_path / "old.json", tmp_path / "old.json")


def test_runs_of_two_scales_are_told_apart_by_the_settings_behind_what_differs(tmp_path, capsys):
    scales = {
        "long": ({"epochs": 75, "width": 128}, {"layers": 9}, 10.0, 5.0),
        "short": ({"epochs": 4, "width": 128}, {"layers": 8}, 3.0, 5.0),
    }
    for scale, (trainability, escape, rank, same) in scales.items():
        (tmp_path / scale).mkdir()
        judged = [judge(C1, [condition(rank, 0.1)]), judge(C7, [condition(same, 0.1)]), judge(C2, [], "more depths")]
        write_claims(judged, tmp_path / scale / "claims.json")
        settings = {"device": "cpu", "trainability": trainability, "escape": escape}
        manifest({}, scale=scale, settings=settings).write(tmp_path / scale / "manifest.json")
    compare(tmp_path / "long/claims.json", tmp_path / "short/claims.json", brief=True)
    said = capsys.readouterr().out.splitlines()
    assert said[-2:] == [
        "verdicts that differ: none",
        "settings that differ behind C1: trainability.epochs 75, was 4",  # C7 agrees
    ]
    write_claims([judge(C1, [], "a run"), judge(C7, [condition(5.0, 0.1)])], tmp_path / "partial.json")
    compare(tmp_path / "long/claims.json", tmp_path / "partial.json", brief=True)
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "verdicts that differ: C2 not_run, was missing",
        "claims that only one of the two has run: C1",
    ]
    (tmp_path / "short/manifest.json").unlink()
    compare(tmp_path / "long/claims.json", tmp_path / "short/claims.json", brief=True)
    assert capsys.readouterr().out.splitlines()[-1] == "verdicts that differ: none"
