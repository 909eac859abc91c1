"""Whatever fails on the way: full and read-only disks, damaged files, odd surroundings, clocks, two runs at once.

Each test looks at what a person sees (one message, no traceback, a non-zero exit), that nothing half-written stays, and
that the same command given again, when the trouble is over, ends with the bytes of an undisturbed run.
"""

import contextlib
import errno
import os
import re
import subprocess
import sys
import time

import pytest
from support.projects import SMOKE, Project

FRAME, FIGURE = "results/smoke/frames/two_classes.training.parquet", "results/smoke/figures/two_classes.png"


CELL = "results/smoke/cells/two_classes.training/variant~bn+depth~16.parquet"


TRAINING = [
    *("rankcollapse", "run", "two_classes.training", "variant=bn", "depth=16", "dataset=fashion-mnist-mini"),
    *("width=32", "batch_size=128", "epochs=1", "step_sizes=[0.1]", "seeds=3"),
    *("--checkpoint-every", "0", "--output"),
]


ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="mounts a file system, which needs root")


def mount(*arguments):
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr}")


@contextlib.contextmanager
def small_disk(folder, size):
    """A file system of its own, of that many bytes, on a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    mount("-t", "tmpfs", "-o", f"size={size}", "none", folder)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextlib.contextmanager
def read_only(folder):
    mount("--bind", folder, folder)
    try:
        mount("-o", "remount,ro,bind", folder)
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("weather"))
    build(project)
    project.whole = project.made()
    return project


def build(project, target=FIGURE, **surroundings):
    done = project.snakemake("--cores", "2", target, *SMOKE, **surroundings)
    assert done.returncode == 0, done.stdout + done.stderr


def message(done):
    """What a person reads of a command that failed."""
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout + done.stderr


def everything(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@ROOT_ONLY
def test_a_disk_that_fills_during_download_training_and_figure(project, tmp_path):
    disk = tmp_path / "disk"
    for command, size, left in (
        (["rankcollapse", "data", "fashion-mnist-mini"], "5m", []),
        ([*TRAINING, str(disk / "cell.parquet")], "4k", []),
        (["rankcollapse", "figure", "two_classes", FRAME, "--output", str(disk / "figure.png")], "8k", []),
    ):
        with small_disk(disk, size):
            cache = {"RANKCOLLAPSE_CACHE": str(disk)} if "data" in command else {}
            told = message(project.run(command, **cache))
            assert os.strerror(errno.ENOSPC) in told
            assert re.search("free some space", told, re.I)
            assert everything(disk) == left
            mount("-o", "remount,size=50m", disk)
            assert project.run(command, **cache).returncode == 0
            assert not [name for name in everything(disk) if ".part" in name or "checkpoint" in name]


def fill(path):
    """Write until there is no space left."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass


@ROOT_ONLY
def test_a_disk_that_takes_no_more_files(tmp_path):
    """It has space, and no room for names."""
    project = Project(tmp_path / "project")
    with small_disk(project.folder / "results/smoke", "50m,nr_inodes=12"):
        assert "takes only 11 more files, whatever space it has" in message(project.snakemake(FIGURE, *SMOKE))


@ROOT_ONLY
def test_a_disk_that_fills_during_a_run(project):
    results = project.folder / "results/smoke"
    project.clear()
    with small_disk(results, "15m"):
        run = project.start(FIGURE, *SMOKE)
        while not (results / "logs/cells").exists() and run.poll() is None:
            time.sleep(0.01)
        fill(results / "filler")
        assert run.wait() != 0
        assert "is full (0.0 MB left); free some space" in project.output.read_text()
        assert "is full (0.0 MB left); free some space" in message(project.snakemake(FIGURE, *SMOKE))  # from the start
        (results / "filler").unlink()
        build(project)
        assert project.made() == project.whole


@ROOT_ONLY
@pytest.mark.parametrize("place", ["results/smoke", "."])
def test_a_read_only_folder(project, place):
    build(project)
    with read_only(project.folder / place):
        told = message(project.snakemake("--force", FIGURE, *SMOKE))
        assert "cannot be written; make it writable" in told
        assert "Read-only file system" in message(project.run([*TRAINING, "results/smoke/x.parquet"]))
    assert project.made() == project.whole
    assert project.planned(FIGURE, *SMOKE) == {}


def test_two_runs_at_once(project):
    project.clear()
    first = project.start(FIGURE, *SMOKE)
    while not list(project.folder.glob(".snakemake/locks/*")) and first.poll() is None:
        time.sleep(0.01)
    second = message(project.snakemake(FIGURE, *SMOKE))
    assert "no other Snakemake process is trying to create the same files" in second
    assert first.wait() == 0
    assert project.made() == project.whole


def flip(raw):
    return raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 1]) + raw[len(raw) // 2 + 1 :]


def cut(raw):
    return raw[: len(raw) // 2]


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        (CELL, flip),
        (FRAME, cut),
        pytest.param(CELL, cut, marks=pytest.mark.slow),
        pytest.param(FRAME, flip, marks=pytest.mark.slow),
    ],
)
def test_a_damaged_cell_or_frame_is_named_and_made_again(project, name, damage):
    build(project)
    path = project.folder / name
    path.write_bytes(damage(path.read_bytes()))
    (project.folder / FIGURE).unlink()
    if name == CELL:
        (project.folder / FRAME).unlink()
    told = message(project.snakemake(FIGURE, *SMOKE))
    [command] = set(re.findall(r"which then makes it anew: (rm .*)", told))
    assert name in command
    subprocess.run(command, shell=True, check=True, cwd=project.folder)
    build(project)
    assert project.made() == project.whole


def test_results_dated_in_the_future(project):
    """The clock was ahead when they were written, and is right again."""
    build(project)
    future = time.time() + 86400
    for number, path in enumerate((project.folder / "results/smoke").rglob("*")):
        os.utime(path, (future + number, future + number))
    assert project.planned(FIGURE, *SMOKE) == {}
    (project.folder / FRAME).unlink()
    build(project, FRAME)
    assert project.planned(FRAME, *SMOKE) == {}
    build(project)
    assert project.made() == project.whole


@pytest.mark.parametrize(
    "surroundings",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "umask": 0o077},
        {"LC_ALL": "C.UTF-8", "HOME": None, "USER": None, "LOGNAME": None},
        {"LC_ALL": "tr_TR.ISO-8859-9", "HOME": "/proc/none", "XDG_CACHE_HOME": "cache"},
    ],
    ids=["ascii and umask 077", "no HOME", "Turkish and a HOME that cannot be made"],
)
def test_odd_surroundings(project, tmp_path, surroundings):
    if surroundings["LC_ALL"].startswith("tr"):
        made = subprocess.run(["localedef", "-i", "tr_TR", "-f", "ISO-8859-9", tmp_path / "tr_TR.ISO-8859-9"])
        if made.returncode:
            pytest.skip("the Debian package `locales` is not installed")
        surroundings = surroundings | {"LOCPATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    project.clear()
    build(project, **surroundings)
    assert project.made() == project.whole


LIMITED = """
import resource, sys
import torch
from rankcollapse import cli
from rankcollapse.experiments.two_classes import training  # all that the command imports: only training is short
taken = next(int(line.split()[1]) << 10 for line in open("/proc/self/status") if line.startswith("VmSize"))
resource.setrlimit(resource.RLIMIT_AS, (taken + (int(sys.argv.pop(1)) << 20),) * 2)
cli.main()
"""


def test_memory_that_runs_out_while_training(project, tmp_path):
    output = tmp_path / "cell.parquet"
    build(project)
    failed = 0
    for megabytes in (1, 10, 30, 60, 100, 1000):
        done = project.run([sys.executable, "-c", LIMITED, str(megabytes), *TRAINING[1:], str(output)])
        if done.returncode:
            assert "out of memory" in message(done)
            assert not [name for name in everything(tmp_path) if "checkpoint" not in name]
            failed += 1
    assert failed >= 3
    assert done.returncode == 0, done.stderr
    assert output.read_bytes() == (project.folder / CELL).read_bytes()


def test_memory_that_does_not_suffice_for_the_libraries(project, tmp_path):
    limit = "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (200 << 20,) * 2);"
    main = "from rankcollapse.cli import main; main()"
    done = project.run([sys.executable, "-c", limit + main, *TRAINING[1:], str(tmp_path / "x.parquet")])
    assert "out of memory" in message(done)
    assert everything(tmp_path) == []
