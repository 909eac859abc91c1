"""An edit or a setting reruns what depends on it and nothing else."""

import base64
import os
import shutil

import pytest
from support.projects import AFTER, LATEX, SMOKE, Project, finished

RANK = {"rank_at_initialization": 2, "frame": 1, "figure": 1} | AFTER
TRAINING = {"training": 6, "frame": 3, "figure": 2} | AFTER  # of trainability; deviations use it too
TRAINED = {"rank_at_initialization": 1, "training": 25, "frame": 11, "figure": 7} | AFTER  # everything that is trained
COMPUTED = {"rank_at_initialization": 2, "training": 6, "frame": 4, "figure": 2} | AFTER  # the cells of trainability
NETWORKS = {"rank_at_initialization": 7, "training": 25, "frame": 15, "figure": 8} | AFTER
WITH_GALLERY = NETWORKS | {"rank_at_initialization": 15, "frame": 16, "figure": 9}
NUMBERS = {"numbers": 1, "typeset": 1} if LATEX else {}
CATALOGUE = "datasets/catalogue.yaml"
OF_RANK = RANK | {"figure": 2}  # deviations name all settings of trainability
JUDGED = {"claims": 1} | ({"numbers": 1, "typeset": 1} if LATEX else {})


@pytest.mark.parametrize(
    ("file", "jobs"),
    [
        # cells: rank of trainability (2), gradient_cosines (2), components (blocks and depths); training of
        # trainability (4), with Adam (1) and fixed steps (1), pretraining (2) and from raw pixels (2), breaking (2) and
        # as released (3), two_classes (2), components (3), rank_or_scale (5, and its states); chains of
        # extreme_depth (3), stationary_rank (3), escape, fixed_batch (2), laws (8); families of the gallery (8);
        # figures: theirs, and those that use frames of others
        ("theory/spectra.py", WITH_GALLERY | {"chains": 17, "spectra": 2, "frame": 23, "bounds": 1, "figure": 17}),
        ("experiments/trainability/rank.py", RANK),
        ("training/trainer.py", TRAINED),
        ("training/data.py", NETWORKS),  # batches
        ("training/pretraining.py", {"rank_at_initialization": 3, "training": 17, "frame": 9, "figure": 5} | AFTER),
        ("networks/initialization.py", WITH_GALLERY),  # imported by networks, not by a cell
        ("networks/convolutional.py", {"rank_at_initialization": 10, "training": 3, "frame": 4, "figure": 4} | AFTER),
        ("probe/measures.py", {"rank_at_initialization": 8, "frame": 1, "figure": 1} | AFTER),
        ("theory/lyapunov.py", {"spectra": 2, "frame": 2, "figure": 2} | AFTER),
        ("experiments/stationary_rank/summary.py", {"bounds": 1, "figure": 5} | JUDGED),
        ("experiments/trainability/figure.py", {"figure": 1} | dict.fromkeys(LATEX, 1)),
        ("experiments/trainability/claims.py", {"figure": 2} | JUDGED),  # two figures take thresholds from it
        ("experiments/trainability/judge.py", JUDGED),
        ("experiments/trainability/cells.py", COMPUTED),
        ("experiments/deviations/summary.py", {"figure": 1} | JUDGED),
        ("cli.py", {}),
    ],
)
def test_an_edit_reruns_what_imports_the_module_and_nothing_else(built, file, jobs):
    assert built.edited(file) == jobs


@pytest.mark.parametrize(
    ("file", "before", "after", "jobs"),
    [
        # what the catalogue says of the pixels is of the download and the cells; where they come from is of neither
        (CATALOGUE, "train: 12000, test: 2000", "train: 12001, test: 2000", {"data_fashion_mnist_mini": 1} | NETWORKS),
        (CATALOGUE, "- embedded: fashion-mnist-mini", "- folder: elsewhere", NUMBERS),
        (CATALOGUE, "licence: MIT", "licence: BSD", NUMBERS),
        # the table of figures in the paper names the frames of each
        (
            "experiments/escape/settings.py",
            "    FRAMES: ClassVar",
            '    USES: ClassVar = ("collapse.spectrum",)\n    FRAMES: ClassVar',
            {"figure": 1} | NUMBERS,
        ),
    ],
)
def test_an_edit_of_what_is_no_import_reruns_what_reads_it_and_nothing_else(built, file, before, after, jobs):
    path = built.folder / "src/rankcollapse" / file
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
    try:
        assert built.planned() == jobs
    finally:
        path.write_text(text)


def test_newer_time_stamps_alone_rerun_nothing(built):
    for path in (built.folder / "src").rglob("*.py"):
        path.touch()
    assert built.planned() == {}


def test_an_edit_with_an_old_time_stamp_counts(built):
    path = built.folder / "src/rankcollapse/theory/spectra.py"
    before = path.read_bytes()
    path.write_bytes(before + b"\n# edited\n")
    os.utime(path, (0, 0))
    assert built.planned()["rank_at_initialization"] == 15
    path.write_bytes(before)


def test_a_data_set_that_is_gone_is_fetched_by_the_cells_that_need_it_and_by_no_other(built):
    shutil.rmtree(built.folder / "data")
    assert built.planned() == {}
    changed = (*SMOKE, 'trainability={"rank": {"tau": 0.5}}')
    assert built.planned(*changed) == OF_RANK
    cell = "results/smoke/cells/trainability.rank/variant~bn.parquet"
    wrong = built.snakemake(cell, *changed, 'data_from={"fashion-mnist-mini": "/nonexistent"}')
    assert wrong.returncode != 0
    assert "/nonexistent: does not exist" in wrong.stdout + wrong.stderr  # the profile shows a failed job's log
    assert finished(built.snakemake(cell, *changed)) == ["rank_at_initialization"]
    assert (built.folder / "data/fashion-mnist-mini/train-labels-idx1-ubyte").exists()
    assert set(finished(built.snakemake(*SMOKE))) <= {*RANK, "default"}  # takes the change back
    assert built.planned() == {}


def test_data_that_were_being_fetched_when_all_was_killed_hide_nothing_that_needs_them(tmp_path):
    project = Project(tmp_path)
    record = "results/smoke/data/fashion-mnist-mini.json"
    assert finished(project.snakemake(record, *SMOKE)) == ["data_fashion_mnist_mini"]
    marker = project.folder / ".snakemake/incomplete" / base64.urlsafe_b64encode(record.encode()).decode()
    marker.write_text('{"external_jobid": null}')  # as SIGKILL leaves it while an orphan ends the job
    planned = project.planned("results/smoke/figures/two_classes.png", *SMOKE)
    assert planned == {"data_fashion_mnist_mini": 1, "training": 2, "frame": 1, "figure": 1}


def test_a_setting_reruns_its_cells_and_nothing_else(built):
    assert built.planned(*SMOKE, 'trainability={"training": {"epochs": 2}}') == TRAINING
    assert built.planned(*SMOKE, 'trainability={"rank": {"tau": 0.5}}') == OF_RANK
    more = built.planned(*SMOKE, 'trainability={"training": {"depths": [0, 2, 16]}}')
    assert more == TRAINING | {"training": 2, "frame": 1}  # the new depth's two cells; the others stay
    assert built.planned(*SMOKE, "device=auto").keys() <= {"manifest", "numbers", "typeset"}


def test_a_cell_run_again_has_the_same_bytes(built, results):
    parts = ("trainability.*", "fixed_batch.*")
    cells = sorted(cell for part in parts for cell in (results / "cells").glob(f"{part}/*.parquet"))
    assert len(cells) == 10
    before = [cell.read_bytes() for cell in cells]
    again = [str(cell.relative_to(built.folder)) for cell in cells]
    # one job after the other now, two at a time before
    done = built.snakemake(*again, "--force", *SMOKE)
    assert done.returncode == 0, done.stderr
    assert [cell.read_bytes() for cell in cells] == before
    assert built.snakemake(*SMOKE).returncode == 0  # what follows from them, for the tests that come
