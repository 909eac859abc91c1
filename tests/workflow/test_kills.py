"""Runs killed at any moment: the same command given again ends with the same bytes and leaves nothing behind."""

import os
import random
import signal
import time

import psutil
import pytest
from support.projects import SMOKE, Project

PART = ("results/smoke/figures/two_classes.png", *SMOKE)  # data, two trainings, a frame, a figure


KINDS = ("job", "snakemake", "group")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("project"))


def undisturbed(project, targets):
    """What a run makes that nobody disturbs, and the seconds it takes."""
    project.clear()
    start = time.monotonic()
    done = project.snakemake("--cores", "2", *targets)
    assert done.returncode == 0, done.stdout + done.stderr
    return project.made(), time.monotonic() - start


@pytest.fixture(scope="module")
def part(project):
    return undisturbed(project, PART)


def jobs_of(process):
    """The processes of its jobs; none if it has ended."""
    try:
        return [child for child in process.children(recursive=True) if "rankcollapse" in " ".join(child.cmdline())]
    except psutil.NoSuchProcess:
        return []


def kill(run, kind, draw, seconds):
    """Kill a job of a run, Snakemake alone, or all of it, at a random moment of its `seconds`.

    Returns the jobs that go on without it.
    """
    time.sleep(draw.uniform(0, seconds))
    snakemake = psutil.Process(run.pid)
    if kind == "job":
        while run.poll() is None and not (jobs := jobs_of(snakemake)):
            time.sleep(0.01)
    if run.poll() is not None:
        pytest.skip("the run had ended before its moment came")
    if kind == "job":
        draw.choice(jobs).kill()  # the command or the shell that waits for it
        run.wait()
        return jobs
    orphans = jobs_of(snakemake)
    (os.kill if kind == "snakemake" else os.killpg)(run.pid, signal.SIGKILL)
    run.wait()
    return orphans if kind == "snakemake" else []


def killed_and_run_again(project, targets, seed, seconds):
    project.clear()
    draw, kind = random.Random(seed), KINDS[seed % len(KINDS)]
    orphans = kill(project.start(*targets), kind, draw, seconds)
    done = project.snakemake("--cores", "2", *targets)  # beside the orphans, if there are any
    if "cannot be locked" in done.stderr:
        assert kind != "job"
        assert "can be removed with the --unlock argument" in done.stderr
        assert project.snakemake("--unlock").returncode == 0
        done = project.snakemake("--cores", "2", *targets)
    assert done.returncode == 0, done.stdout + done.stderr
    psutil.wait_procs(orphans)
    left = [path for path in project.folder.rglob("*") if path.suffix in (".part", ".checkpoints")]
    assert not left
    assert project.made(), done.stdout + done.stderr
    return project.made()


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 21))])
def test_a_part_of_the_graph_killed_and_run_again(project, part, seed):
    before, seconds = part
    assert killed_and_run_again(project, PART, seed, seconds) == before


@pytest.fixture(scope="module")
def whole(project):
    return undisturbed(project, SMOKE)


@pytest.mark.slow
def test_the_whole_graph_built_twice(project, whole):
    assert len(whole[0]) > 50
    assert "claims.json" in whole[0]
    assert undisturbed(project, SMOKE)[0] == whole[0]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(24))
def test_the_whole_graph_killed_and_run_again(project, whole, seed):
    before, seconds = whole
    assert killed_and_run_again(project, SMOKE, seed, seconds) == before


def test_a_part_of_the_graph_built_twice(project, part):
    assert set(part[0]) >= {"figures/two_classes.png", "frames/two_classes.training.parquet"}
    assert undisturbed(project, PART)[0] == part[0]
