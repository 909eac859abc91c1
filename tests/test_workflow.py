"""The graph itself, in a copy of the project: it runs, runs nothing twice, and reruns exactly what it must."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image

from rankcollapse.compare import compare
from rankcollapse.config import check_settings
from rankcollapse.downstream import read_claims
from rankcollapse.latex import missing_packages

ROOT = Path(__file__).parent.parent
LATEX = [] if missing_packages() else ["typeset"]
SMOKE = ("--config", "scale=smoke")


class Project:
    """A copy of the project under git, with what a run leaves in it."""

    def __init__(self, folder):
        self.folder, self.output = folder, folder.with_name(f"{folder.name}.output")
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, names.split("\0")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name, follow_symlinks=False)
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "copy")

    def git(self, *arguments):
        return subprocess.run(
            ["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout.strip()

    def environment(self, **changes):
        """The variables that a command in the copy gets; one that is None is unset."""
        environment = {key: value for key, value in os.environ.items() if key != "RANKCOLLAPSE_CACHE"}
        environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
        environment["PYTHONPATH"] = str(self.folder / "src")  # the copy's modules, not the installed ones
        return {key: value for key, value in (environment | changes).items() if value is not None}

    def run(self, command, *, umask=-1, **changes):
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(**changes),
            umask=umask,
            capture_output=True,
            text=True,
            errors="replace",
        )

    def shell(self, script):
        return self.run(["bash", "-euo", "pipefail", "-c", script])

    def snakemake(self, *arguments, **surroundings):
        return self.run(["snakemake", "--cores", "1", *arguments], **surroundings)

    def start(self, *arguments):
        """A run in the background, its jobs in its process group; its output goes to a file beside the copy."""
        command = ["snakemake", "--cores", "2", *arguments]
        with self.output.open("w") as output:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def clear(self):
        """Remove all that runs have left: results, data, and what Snakemake knows of them."""
        for name in ("results/smoke", "data", ".snakemake"):
            if (self.folder / name).exists():
                shutil.rmtree(self.folder / name)  # fails where a job still writes: it must not pass for the next run's

    def made(self):
        """The sha256 of everything that a run must make with the same bytes, by name."""
        results = self.folder / "results/smoke"
        patterns = ("cells/*/*.parquet", "frames/*.parquet", "bounds/*.parquet", "figures/*.png", "claims.json")
        paths = [path for pattern in patterns for path in results.glob(pattern)]
        return {str(path.relative_to(results)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    def planned(self, *arguments):
        """The jobs a dry run would run: rule -> count."""
        done = self.snakemake("--dry-run", *(arguments or SMOKE))
        output = done.stdout + done.stderr
        assert done.returncode == 0, output
        if "Nothing to be done" in output:
            return {}
        table = re.search(r"Job stats:\njob +count\n[- ]+\n(.*?)\ntotal", output, re.S)[1]
        return {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", table, re.M) if rule != "default"}

    def edited(self, file):
        """The jobs that run again after a line is added to a module; the edit is taken back."""
        path = self.folder / "src/rankcollapse" / file
        before = path.read_bytes()
        path.write_bytes(before + b"\n# edited\n")
        try:
            return self.planned()
        finally:
            path.write_bytes(before)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("project with spaces"))
    done = project.snakemake("--cores", "2", *SMOKE)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture(scope="module")
def results(project):
    return project.folder / "results/smoke"


def test_a_run_leaves_everything_the_interface_promises(results):
    expected = ["claims.json", "manifest.json", "figures/depth.png", "frames/depth.rank.parquet"]
    expected += ["figures/depth.pgf", "paper.pdf"] if LATEX else []
    for name in expected:
        assert (results / name).stat().st_size > 0
    for claim in json.loads((results / "claims.json").read_text()):
        assert claim.keys() >= {"id", "statement", "verdict", "estimate", "ci_low", "ci_high", "threshold", "n"}
        assert claim["verdict"] in ("reproduced", "refuted", "inconclusive", "not_run")
        assert (results / f"figures/{claim['figure']}.png").exists()


def test_a_second_run_does_nothing(project):
    done = project.snakemake(*SMOKE)
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout + done.stderr


WITH_DATA = ("depth", "pretraining", "breaking", "components", "directions", "pairs")
AFTER = {"claims": 1, "manifest": 1} | ({"numbers": 1, "typeset": 1} if LATEX else {})
RANK = {"rank_at_initialization": 2, "frame": 1, "figure": 1} | AFTER
TRAINING = {"training": 6, "frame": 3, "figure": 2} | AFTER
NETWORKS = {"rank_at_initialization": 6, "training": 20, "frame": 13, "figure": 7} | AFTER
JUDGED = {"claims": 1} | ({"numbers": 1, "typeset": 1} if LATEX else {})


@pytest.mark.parametrize(
    ("file", "jobs"),
    [
        # cells: rank of depth (2), directions (2), components (blocks and depths); training of depth (4), with Adam (1)
        # and fixed steps (1), pretraining (2) and from raw pixels (2), breaking (2) and as released (3), pairs (2),
        # components (3);
        # chains of deep (3), width (3), escape, wide (2); figures: theirs, two that use width, and the deviations
        ("spectra.py", NETWORKS | {"chains": 9, "frame": 17, "bounds": 1, "figure": 13}),
        ("experiments/depth/rank.py", RANK),
        ("training.py", NETWORKS | {"rank_at_initialization": 2, "frame": 11, "figure": 6}),
        ("pretraining.py", {"rank_at_initialization": 2, "training": 12, "frame": 7, "figure": 4} | AFTER),
        ("initialization.py", NETWORKS),  # imported by networks.py, not by a cell
        ("convolutional.py", {"rank_at_initialization": 2, "training": 3, "frame": 3, "figure": 3} | AFTER),
        ("lyapunov.py", {"spectra": 2, "frame": 2, "figure": 2} | AFTER),
        ("experiments/width/summary.py", {"bounds": 1, "figure": 4} | JUDGED),
        ("experiments/depth/figure.py", {"figure": 1} | dict.fromkeys(LATEX, 1)),
        ("experiments/depth/claims.py", {"figure": 1} | JUDGED),  # deviations take their thresholds from it
        ("experiments/deviations/summary.py", {"figure": 1} | JUDGED),
        ("cli.py", {}),
    ],
)
def test_an_edit_reruns_what_imports_the_module_and_nothing_else(project, file, jobs):
    assert project.edited(file) == jobs


def test_newer_time_stamps_alone_rerun_nothing(project):
    for path in (project.folder / "src").rglob("*.py"):
        path.touch()
    assert project.planned() == {}


def test_an_edit_with_an_old_time_stamp_counts(project):
    path = project.folder / "src/rankcollapse/spectra.py"
    before = path.read_bytes()
    path.write_bytes(before + b"\n# edited\n")
    os.utime(path, (0, 0))
    assert project.planned()["rank_at_initialization"] == 6
    path.write_bytes(before)


def finished(done):
    """The rules of the jobs that a run has finished."""
    assert done.returncode == 0, done.stdout + done.stderr
    return re.findall(r"Finished jobid: \d+ \(Rule: (\w+)\)", done.stderr)


def test_a_data_set_that_is_gone_is_fetched_by_the_cells_that_need_it_and_by_no_other(project):
    shutil.rmtree(project.folder / "data")
    assert project.planned() == {}
    changed = (*SMOKE, 'depth={"rank": {"tau": 0.5}}')
    assert project.planned(*changed) == RANK
    cell = "results/smoke/cells/depth.rank/variant~bn.parquet"
    wrong = project.snakemake(cell, *changed, 'data_from={"fashion-mnist-mini": "/nonexistent"}')
    assert wrong.returncode != 0
    assert "/nonexistent: does not exist" in wrong.stdout + wrong.stderr  # the profile shows a failed job's log
    assert finished(project.snakemake(cell, *changed)) == ["rank_at_initialization"]
    assert (project.folder / "data/fashion-mnist-mini/train-labels-idx1-ubyte").exists()
    assert set(finished(project.snakemake(*SMOKE))) <= {*RANK, "default"}  # takes the change back
    assert project.planned() == {}


def test_data_that_were_being_fetched_when_all_was_killed_hide_nothing_that_needs_them(tmp_path):
    project = Project(tmp_path)
    record = "results/smoke/data/fashion-mnist-mini.json"
    assert finished(project.snakemake(record, *SMOKE)) == ["data_fashion_mnist_mini"]
    marker = project.folder / ".snakemake/incomplete" / base64.urlsafe_b64encode(record.encode()).decode()
    marker.write_text('{"external_jobid": null}')  # as SIGKILL leaves it while an orphan ends the job
    planned = project.planned("results/smoke/figures/pairs.png", *SMOKE)
    assert planned == {"data_fashion_mnist_mini": 1, "training": 2, "frame": 1, "figure": 1}


def test_a_setting_reruns_its_cells_and_nothing_else(project):
    assert project.planned(*SMOKE, 'depth={"training": {"epochs": 2}}') == TRAINING
    assert project.planned(*SMOKE, 'depth={"rank": {"tau": 0.5}}') == RANK
    more = project.planned(*SMOKE, 'depth={"training": {"depths": [0, 2, 16]}}')
    assert more == TRAINING | {"training": 2, "frame": 1}  # the new depth's two cells; the others stay
    assert project.planned(*SMOKE, "device=auto").keys() <= {"manifest", "numbers", "typeset"}


def test_a_cell_run_again_has_the_same_bytes(project, results):
    cells = sorted(cell for part in ("depth.*", "wide.*") for cell in (results / "cells").glob(f"{part}/*.parquet"))
    assert len(cells) == 10
    before = [cell.read_bytes() for cell in cells]
    again = [str(cell.relative_to(project.folder)) for cell in cells]
    # one job after the other now, two at a time before
    done = project.snakemake(*again, "--force", *SMOKE)
    assert done.returncode == 0, done.stderr
    assert [cell.read_bytes() for cell in cells] == before
    assert project.snakemake(*SMOKE).returncode == 0  # what follows from them, for the tests that come


def test_provenance_says_what_made_a_frame(project, results):
    manifest = json.loads((results / "manifest.json").read_text())
    commit = project.git("rev-parse", "HEAD")
    assert (manifest["scale"], manifest["commit"], manifest["clean"]) == ("smoke", commit, True)
    assert len(manifest["frames"]) == 20
    for name, frame in manifest["frames"].items():
        assert frame["rows"] == pq.read_metadata(results / f"frames/{name}.parquet").num_rows
        for cell in frame["cells"]:
            assert (cell["commit"], cell["clean"], cell["threads"]) == (commit, True, 1)
            assert bool(cell["data"]) == (name.partition(".")[0] in WITH_DATA)


def test_no_cell_takes_more_memory_than_its_rule_asks_for(results):
    grids = check_settings(yaml.safe_load((ROOT / "config/smoke.yaml").read_text()), "smoke").grids()
    measured = sorted((results / "benchmarks/cells").glob("*/*.tsv"))
    assert len(measured) == sum(len(grid.jobs()) for grid in grids.values())
    for path in measured:
        header, row = (line.split("\t") for line in path.read_text().splitlines())
        peak = row[header.index("max_rss")]
        assert peak == "NA" or float(peak) <= grids[path.parent.name].memory  # NA: too short to be sampled


def test_figures_carry_commit_and_settings(project, results):
    manifest = json.loads((results / "manifest.json").read_text())
    with Image.open(results / "figures/depth.png") as image:
        metadata = image.text
        colours = len(image.convert("P").getcolors())
    assert metadata["Commit"] == manifest["commit"]
    assert metadata["Settings-SHA256"] == manifest["settings_sha256"]["depth"]
    assert colours > 10  # something is drawn
    if LATEX:
        head = (results / "figures/depth.pgf").read_text()[:500]
        assert f"% Commit: {manifest['commit']}" in head


def test_the_stages_are_visible(project):
    graph = project.snakemake("--rulegraph", *SMOKE).stdout
    for stage in (
        "data_fashion_mnist_mini",
        "rank_at_initialization",
        "training",
        "chains",
        "bounds",
        "figure",
        "claims",
    ):
        assert f'"{stage}"' in graph


def test_verify_prints_the_verdicts(project, results):
    done = project.snakemake("verify", *SMOKE)
    assert done.returncode == 0, done.stderr
    for claim in json.loads((results / "claims.json").read_text()):
        assert claim["id"] in done.stdout


def test_the_report_is_one_self_contained_page(project, results):
    done = project.snakemake("report", *SMOKE)
    assert done.returncode == 0, done.stdout + done.stderr
    page = (results / "report.html").read_text()
    for category in ("Verdicts", "Figures", "Data"):
        assert category in page
    for figure in results.glob("figures/*.png"):
        assert figure.name in page
    assert not re.search(r"""<(script|link|img)[^>]+(src|href)=["']https?:""", page)


@pytest.mark.parametrize("scale", ["laptop", "large"])
def test_reference_results_make_everything_downstream_without_data_or_training(project, scale):
    reference = ("--config", f"scale={scale}", "results_from=reference")
    planned = project.planned(*reference)
    assert planned == {"bounds": 1, "figure": 14} | AFTER
    claims = f"results/{scale}-from-reference/claims.json"
    done = project.snakemake(claims, *reference)
    assert done.returncode == 0, done.stderr
    # the committed verdicts are what the committed code says of the committed frames
    rows = compare(*(read_claims(project.folder / path) for path in (claims, f"results/reference/{scale}/claims.json")))
    assert {row["agreement"] for row in rows} == {"identical"}
    assert all(run == before for run, before in (row["verdicts"] for row in rows))
    for row in rows:
        assert row["run"]["estimate"] == pytest.approx(row["reference"]["estimate"], rel=1e-9)
    compared = project.snakemake("compare", *reference)
    assert "0 different, 0 only one; verdicts that changed: none" in compared.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("scale=huge",), "there is no config/huge.yaml; scale must be one of: laptop, large, paper, smoke"),
        (
            ("scale=smoke", "results_from=reference"),
            "no reference results of scale smoke; there are of: laptop, large.",
        ),
        (("results_from=reference", "device=cpu"), "settings of their own; device cannot be set"),
        (("scale=smoke", "results_from=nowhere"), "results_from must be run or reference, got 'nowhere'"),
        (("scale=smoke", "epochs=3"), "epochs: unknown key (value 3)"),
        (("scale=smoke", 'depth={"training": {"epochs": 0}}'), "depth.training.epochs: 0 is not allowed"),
    ],
)
def test_a_mistake_in_the_settings_stops_before_anything_runs(project, arguments, message):
    done = project.snakemake("--config", *arguments)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr
