"""Numbers are typeset as they should be."""

import math

import pytest
from support.manifests import cell, frame, manifest

from rankcollapse.claims.judging import condition, judge
from rankcollapse.experiments.trainability.claims import C1
from rankcollapse.report.numbers import escape, from_run, interval, leaves, number, to_tex
from rankcollapse.statistics.intervals import Interval


@pytest.mark.parametrize(
    ("value", "tex"),
    [
        (128, "128"),
        (128.0, "128"),
        (12000, r"12\,000"),
        (0.69453, "0.695"),
        (-0.5, r"\ensuremath{-}0.5"),
        (-3, r"\ensuremath{-}3"),
        (1.2345e-7, r"\ensuremath{1.23\times 10^{-7}}"),
        (None, "--"),
        (float("inf"), "--"),
        (0, "0"),
    ],
)
def test_numbers(value, tex):
    assert number(value) == tex


@pytest.mark.parametrize(
    ("values", "tex"),
    [
        ((127.85, 127.6789, 128.0211), "127.85 [127.68, 128.02]"),
        ((0.6947, 0.6754, 0.7137), "0.695 [0.675, 0.714]"),
        ((-0.5, -1.5, 0.5), r"\ensuremath{-}0.5 [\ensuremath{-}1.5, 0.5]"),
        ((1234.0, 1200.0, 1268.0), "1234 [1200, 1268]"),
        ((1.0, 1.0, 1.0), "1 [1, 1]"),
        ((7.0, -math.inf, math.inf), "7 [--]"),
    ],
)
def test_intervals_are_rounded_by_their_width(values, tex):
    assert interval(Interval(*values, 5)) == tex


def test_what_was_not_measured_has_no_interval():
    assert interval(None) == "--"


def test_settings_become_results_by_dotted_name():
    settings = {
        "device": "cpu",
        "trainability": {"dataset": "a_b", "rank": {"depths": [0, 2], "tau": 0.1}},
        "points": [{"width": 4}, {"width": 8}],
        "gammas": [1.0, "inf"],
        "folder": None,
    }
    assert leaves("settings", settings) == {
        "settings.device": "cpu",
        "settings.trainability.dataset": r"a\_b",
        "settings.trainability.rank.depths": "0, 2",
        "settings.trainability.rank.tau": "0.1",
        "settings.points.0.width": "4",
        "settings.points.1.width": "8",
        "settings.gammas": r"1, \ensuremath{\infty}",
        "settings.folder": "none",
    }


def test_a_run_says_where_when_and_by_what_it_was_computed():
    frames = {
        "trainability.training": frame(cell(), cell(clean=False), device="cpu_a", phases={"final-training": 12.34}),
        "two_classes.training": frame(cell(commit="b" * 40), cell(commit=None, clean=None), device="cpu_b"),
    }
    found = from_run(manifest(frames, "my_scale"), [])
    assert (found["scale"], found["devices"]) == (r"my\_scale", r"cpu\_a, cpu\_b")
    assert found["commit"] == "aaaaaaaaaa, aaaaaaaaaa (modified), bbbbbbbbbb, unknown"
    assert found["clock.trainability.training.final_training"] == "12.3"


def test_tex_is_escaped_and_names_are_checked():
    assert escape("50% of √d & x_1") == r"50\% of $\surd$d \& x\_1"
    assert r"\@namedef{result@a.b}{1}" in to_tex({"a.b": "1"})
    with pytest.raises(ValueError, match="a b"):
        to_tex({"a b": "1"})


def test_rows_of_the_verdict_table():
    measured = judge(C1, [condition("rank_x", Interval(1.5, 1.4, 1.6, 5), "<", 2.0)])
    missing = judge(C1, [], "too shallow")
    found = from_run(manifest({}), [measured, missing])
    assert found["claims.rows"].split("\n") == [
        r"C1 & rank\_x & 1.50 [1.40, 1.60] & $<$ 2 & 5 & reproduced &  \\",
        r"C1 & too shallow & -- &  -- & 0 & not run &  \\",
    ]
    counts = [found[f"claims.{name}"] for name in ("count", "reproduced", "refuted", "inconclusive", "not_run")]
    assert counts == ["2", "1", "0", "0", "1"]


def test_a_claim_in_full():
    claim = judge(C1, [condition("rank", Interval(1.5, 0.5, 2.5, 5), "<", 2.0)])
    found = from_run(manifest({}), [claim])
    names = ("verdict", "estimate", "ci_low", "ci_high", "threshold", "n")
    assert [found[f"claims.C1.{name}"] for name in names] == ["inconclusive", "1.5", "0.5", "2.5", "2", "5"]
    assert found["claims.C1.statement"] == escape(C1.statement)
    assert found["claims.items"] == (
        rf"\item[C1] {escape(C1.statement)} \emph{{inconclusive.}} "
        rf"{{\small {escape(C1.source)}. {escape(C1.estimator)} To decide it: {escape(claim.to_decide)}.}}"
    )
