"""Reference results of a part of the experiments: made, shown, and continued elsewhere."""

import json
import shutil

import pytest
from support.paths import ROOT
from support.projects import AFTER, Project, finished

from rankcollapse.claims.records import read_claims
from rankcollapse.experiments import rooms
from rankcollapse.experiments.ledger import stated, statements
from rankcollapse.provenance.records import FrameRecord, Manifest

FIRST = ("--config", "scale=smoke", 'experiments=["escape", "collapse"]')
MORE = ("--config", "scale=smoke", 'experiments=["escape", "collapse", "fixed_batch"]', "results_from=both")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project with reference results of scale smoke, of two experiments."""
    project = Project(tmp_path_factory.mktemp("project"))
    done = project.snakemake("--cores", "2", *FIRST)
    assert done.returncode == 0, done.stderr
    results, reference = project.folder / "results/smoke", project.folder / "results/reference/smoke"
    for name in ("frames", "figures"):
        shutil.copytree(results / name, reference / name, ignore=shutil.ignore_patterns("*.json", "*.pgf"))
    for name in ("claims.json", "manifest.json"):
        shutil.copy(results / name, reference)
    shutil.rmtree(results)
    return project


@pytest.fixture(scope="module")
def reference(project):
    return project.folder / "results/reference/smoke"


def test_a_run_of_some_experiments_makes_all_that_their_frames_allow(reference):
    assert sorted(path.stem for path in (reference / "frames").iterdir()) == ["collapse.spectrum", "escape.chain"]
    assert sorted(path.name for path in (reference / "figures").iterdir()) == ["collapse.png", "escape.png"]
    assert sorted(Manifest.read(reference / "manifest.json").frames) == ["collapse.spectrum", "escape.chain"]
    claims = {claim.id: claim for claim in read_claims(reference / "claims.json")}
    assert [*claims] == [*statements()]
    judged = {claim.id for name in ("escape", "collapse") for claim in stated(name)}
    assert judged == {"C7", "C8"}
    for id in claims.keys() - judged:
        assert claims[id].verdict == "not_run"
        assert "frames that were not given: " in claims[id].to_decide
    assert claims["C12"].to_decide == "frames that were not given: gradient_cosines.gradients"


def test_they_are_shown_without_a_run_and_our_paper_says_what_is_missing(project):
    shown = ("--config", "scale=smoke", "results_from=reference")
    assert project.planned(*shown) == {"figure": 2, "claims": 1, "manifest": 1}
    compared = project.snakemake("compare_strict", *shown)
    assert compared.returncode == 0, compared.stderr
    assert "verdicts that differ: none\n" in compared.stdout
    paper = project.snakemake("paper", *shown)
    assert paper.returncode == 1
    assert "our paper needs all experiments, and these results of scale smoke lack: bounds, breaking," in paper.stderr
    assert "Traceback (most recent call last)" not in paper.stderr
    assert not (project.folder / "results/smoke").exists()


def test_frames_that_would_be_the_same_are_taken_with_their_provenance_and_others_computed(project, reference):
    changed = (*MORE, 'escape={"chains": 7}')
    done = project.snakemake(*changed)
    rules = finished(done)
    assert {rule: rules.count(rule) for rule in {*rules}} == {
        "taken": 1, "chains": 3, "frame": 2, "figure": 3, "claims": 1, "manifest": 1, "default": 1,
    }  # fmt: skip
    assert (
        "taken from results/reference/smoke: collapse.spectrum; computed, since it does not have them as they would be"
        " now: escape.chain (other settings), fixed_batch.chain (not there)"
    ) in done.stderr.replace("\n", " ")
    results = project.folder / "results/smoke"
    taken = [folder / "frames/collapse.spectrum.parquet" for folder in (results, reference)]
    assert taken[0].read_bytes() == taken[1].read_bytes()
    records = {folder: Manifest.read(folder / "manifest.json").frames for folder in (results, reference)}
    assert records[results]["collapse.spectrum"] == records[reference]["collapse.spectrum"]
    assert FrameRecord.read(taken[0].with_suffix(".json")) == records[reference]["collapse.spectrum"]
    assert not (results / "cells/collapse.spectrum").exists()
    assert records[results]["escape.chain"].cells[0].settings["chains"] == 7
    told = (results / "progress.txt").read_text().splitlines()
    assert told[1] == "jobs that compute: 3 of 3 done, 0 running"
    assert told[3] == "time left on 1 cores: about 0 h 00 min"
    assert project.planned(*changed) == {}
    # without the change, the frame that was computed is of other settings than those of the reference
    assert project.planned(*MORE)["taken"] == 1


def test_a_frame_of_other_source_or_other_data_is_computed(project, reference):
    module = project.folder / "src/rankcollapse/experiments/collapse/spectrum.py"
    before = module.read_bytes()
    module.write_bytes(before + b"\n# edited\n")
    planned = project.planned(*MORE)
    module.write_bytes(before)
    assert planned["spectra"] == 1
    manifest = reference / "manifest.json"
    kept = manifest.read_text()
    values = json.loads(kept)
    for cell in values["frames"]["collapse.spectrum"]["cells"]:
        cell["data"] = {"fashion-mnist": {"images": 64 * "0"}}
    manifest.write_text(json.dumps(values))
    planned = project.planned(*MORE)
    manifest.write_text(kept)
    assert planned["spectra"] == 1


def test_the_laptops_frames_are_those_that_would_be_computed_now(tmp_path):
    """So `both` computes nothing: settings, source and data are compared with what jobs record."""
    project = Project(tmp_path)
    planned = project.planned("--config", "results_from=both")
    frames = len(Manifest.read(ROOT / "results/reference/laptop/manifest.json").frames)
    assert planned == {"taken": frames, "bounds": 1, "figure": len(rooms.names())} | AFTER


def test_nothing_is_taken_where_there_are_no_reference_results(tmp_path):
    project = Project(tmp_path)
    planned = project.planned("--config", "scale=smoke", "experiments=escape", "results_from=both")
    assert planned == {"chains": 1, "frame": 1, "figure": 1, "claims": 1, "manifest": 1}


def test_progress_is_told_though_a_finished_cell_was_removed_and_after_a_failure_nothing_runs(project):
    first = ("--config", "scale=smoke", 'experiments=["escape", "collapse"]')
    results = project.folder / "results/smoke"
    shutil.rmtree(results, ignore_errors=True)
    assert project.snakemake(*first).returncode == 0
    shutil.rmtree(results / "cells/collapse.spectrum")
    done = project.snakemake(*first, 'escape={"chains": 4}')
    assert (done.returncode, done.stderr.count("not told")) == (0, 0), done.stderr
    assert (results / "progress.txt").read_text().splitlines()[1] == "jobs that compute: 1 of 1 done, 0 running"
    module = project.folder / "src/rankcollapse/experiments/escape/chain.py"
    before = module.read_bytes()
    module.write_bytes(before + b"\n\ndef run(cell, *, device):\n    raise RuntimeError('of the test')\n")
    failed = project.snakemake(*first, 'escape={"chains": 5}')
    module.write_bytes(before)
    assert failed.returncode != 0
    assert (results / "progress.txt").read_text().splitlines()[1] == "jobs that compute: 0 of 1 done, 0 running"


def test_progress_that_cannot_be_told_fails_no_run(project):
    module = project.folder / "src/rankcollapse/experiments/progress.py"
    before = module.read_bytes()
    module.write_bytes(before + b"\n\ndef progress(*known):\n    raise RuntimeError('of the test')\n")
    done = project.snakemake("--config", "scale=smoke", "experiments=escape", 'escape={"chains": 8}')
    module.write_bytes(before)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("progress and the time left are not told: RuntimeError('of the test')") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["experiments=figure1"], "there is no experiment 'figure1'; there are: bounds, breaking,"),
        (["experiments=breaking"], 'breaking also needs "components": add to the list in experiments'),
        (['experiments=["bounds", "escape"]'], 'bounds also needs "stationary_rank": add'),
        (["experiments=[]"], "experiments must be a name or a list of names, got []"),
        (["experiments=null"], "there is no experiment 'null'"),  # Snakemake hands on words
        (['experiments={"escape": 1}'], 'a list of names, got {"escape": "1"}'),
        (["experiments=escape", "results_from=reference"], "reference results are shown whole: leave experiments out"),
    ],
)
def test_a_mistake_in_the_names_of_experiments(project, arguments, message):
    done = project.snakemake("--config", "scale=smoke", *arguments)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
