"""The numbers of the paper: what every run has, and what the frames that are given have."""

import re

import pytest
from support.manifests import cell, frame, manifest
from support.paths import ROOT

from rankcollapse.claims.records import read_claims
from rankcollapse.commands.numbers import numbers
from rankcollapse.experiments import rooms
from rankcollapse.experiments.ledger import statements
from rankcollapse.report.numbers import escape

LAPTOP = ROOT / "results/reference/laptop"


@pytest.fixture
def written(tmp_path):
    """The results that the command writes, by name."""

    def write(*frames, **options):
        manifest({"two_classes.training": frame(cell())}).write(tmp_path / "manifest.json")
        paths = [LAPTOP / f"frames/{name}.parquet" for name in frames]
        files = {"manifest": tmp_path / "manifest.json", "claims": LAPTOP / "claims.json"}
        numbers(paths, **files, output=tmp_path / "numbers.tex", **options)
        text = (tmp_path / "numbers.tex").read_text()
        return dict(re.findall(r"\\@namedef\{result@([\w.]+)\}\{(.*?)\}\n(?=\\)", text, re.S))

    return write


def test_the_experiments_of_the_frames_have_their_numbers_and_no_other(written):
    found = written("two_classes.training", "gradient_cosines.gradients")
    experiments = {name.partition(".")[0] for name in found} & {*rooms.names()}
    assert experiments == {"two_classes", "gradient_cosines"}
    assert found["scale"] == "small"
    assert found["claims.C1.verdict"] == "reproduced"


def test_every_figure_of_the_appendix_has_the_frames_and_claims_that_the_experiments_declare(written):
    rows = [line.split(" & ") for line in written()["artifact.figures"].split("\n")]
    assert [row[0] for row in rows] == [rf"\madehere{{{escape(name)}}}" for name in rooms.names()]
    for name, (_, frames, claims) in zip(rooms.names(), rows, strict=True):
        assert re.findall(r"\\texttt\{(.*?)\}", frames) == [escape(frame) for frame in rooms.needed(name)]
        shown = [claim.id for claim in statements().values() if claim.figure == name]
        assert claims == f"{', '.join(shown) or '--'} \\\\"


def test_numbers_say_whether_frames_were_computed_here(written):
    assert written()["results.from"] == "this run"
    assert written(results_from="reference")["results.from"] == "the committed reference results"


def test_reference_results_have_their_costs_in_the_appendix(written):
    rows = written(reference=[LAPTOP / "manifest.json"])["artifact.scales"].split("\n")
    assert [row.partition(" & ")[0] for row in rows] == [r"\texttt{small}", r"\texttt{laptop}"]


def test_verdicts_of_other_scales_stand_beside_those_of_this_one(written):
    alone, beside = written(), written(reference=[LAPTOP / "manifest.json"])
    assert alone["claims.elsewhere"] == ""
    assert beside["claims.elsewhere"] == "at other scales"
    for claim, row, before in zip(
        read_claims(LAPTOP / "claims.json"),
        beside["claims.rows"].split("\n"),
        alone["claims.rows"].split("\n"),
        strict=True,
    ):
        assert before.endswith(f"& {claim.verdict} &  \\\\")
        assert row.endswith(rf"& {claim.verdict} & \texttt{{laptop}}: {claim.verdict} \\")
    assert r"\emph{reproduced.} \emph{\texttt{laptop}: reproduced.} {\small " in beside["claims.items"]


def test_a_reference_of_the_runs_own_scale_is_not_another_one(written, tmp_path):
    own = manifest({"two_classes.training": frame(cell())})
    own.write(tmp_path / "own.json")
    assert written(reference=[tmp_path / "own.json"])["claims.elsewhere"] == ""
