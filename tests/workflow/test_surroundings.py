"""The surroundings of a user decide nothing: what a figure is, and whether `make` works."""

import os
import shutil
import subprocess
import time

import pytest
from PIL import Image
from support.cli import rankcollapse
from support.paths import ROOT
from support.projects import SMOKE, Project

FRAME = ROOT / "results/reference/laptop/frames/escape.chain.parquet"
RC = """\
font.size: 30
savefig.dpi: 30
savefig.bbox: tight
text.usetex: True
figure.facecolor: black
axes.prop_cycle: cycler("color", ["r"])
"""


def figure(folder, **surroundings):
    """The pixels of a figure."""
    done = rankcollapse("figure", "escape", FRAME, "--output", folder / "x.png", cwd=folder, **surroundings)
    assert done.returncode == 0, done.stderr
    with Image.open(folder / "x.png") as image:
        return image.size, image.tobytes()


def test_a_figure_is_the_same_whatever_matplotlib_is_told(tmp_path):
    plain = figure(tmp_path)
    for name in ("nonsense", "qtagg", "module://nonexistent", ""):
        assert figure(tmp_path, MPLBACKEND=name) == plain
    (tmp_path / "rc").mkdir()
    (tmp_path / "rc/matplotlibrc").write_text(RC)
    assert figure(tmp_path, MPLCONFIGDIR=str(tmp_path / "rc")) == plain
    assert figure(tmp_path, MATPLOTLIBRC=str(tmp_path / "rc")) == plain
    (tmp_path / "matplotlibrc").write_text(f"backend: nonsense\n{RC}")  # where the command is typed
    assert figure(tmp_path) == plain
    with Image.open(ROOT / "results/reference/laptop/figures/escape.png") as reference:
        assert reference.size == plain[0]


@pytest.mark.parametrize(
    "surroundings",
    [
        {"TMPDIR": "/nonexistent", "HTTPS_PROXY": "http://127.0.0.1:1", "http_proxy": "nonsense"},
        {"PYTHONSTARTUP": "/nonexistent/start.py", "COLUMNS": "0", "TERM": "nonsense", "NO_COLOR": "1"},
        {"PYTHONWARNINGS": "error", "HOME": "/proc/none"},
        {"OMP_NUM_THREADS": "64", "MKL_NUM_THREADS": "64", "CUDA_VISIBLE_DEVICES": "7"},
    ],
)
def test_a_cell_is_the_same_in_any_surroundings(tmp_path, surroundings):
    chain = ("run", "extreme_depth.chain", "activation=relu", "variant=bn", "width=4", "layers=40", "stride=20")
    for name, given in (("plain", {}), ("odd", surroundings)):
        done = rankcollapse(*chain, "chains=2", "--output", f"{name}.parquet", cwd=tmp_path, **given)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "plain.parquet").read_bytes() == (tmp_path / "odd.parquet").read_bytes()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project, set up: its environment is that of the tests."""
    project = Project(tmp_path_factory.mktemp("made"))
    (project.folder / ".venv").symlink_to(ROOT / ".venv")
    for name in ("requirements.lock", "requirements-cuda.lock", "pyproject.toml"):
        os.utime(project.folder / name, (0, 0))
    return project


def make(project, *arguments, prefix=(), **changes):
    environment = project.environment(PYTHONPATH=None, **changes)
    command = [*prefix, "make", *arguments]
    return subprocess.run(command, cwd=project.folder, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def shadows(tmp_path_factory):
    """A folder with modules that have the names of others."""
    folder = tmp_path_factory.mktemp("shadows")
    for name in ("torch", "typing", "statistics", "numpy", "snakemake"):
        (folder / f"{name}.py").write_text("raise SystemExit('a module of the user')")
    return folder


def test_make_runs_whatever_the_shell_was_set_for(project, shadows, tmp_path):
    (tmp_path / "slurm").mkdir()
    (tmp_path / "slurm/config.yaml").write_text("executor: slurm\nsdm: conda\njobs: 3\n")
    odd = {
        "SNAKEMAKE_PROFILE": str(tmp_path / "slurm"),
        "PYTHONHOME": "/nonexistent",
        "PYTHONSTARTUP": str(shadows / "torch.py"),
        "PIP_USER": "1",
    }
    done = make(project, "unlock", **odd)
    assert done.returncode == 0, done.stderr
    environment = project.environment(PYTHONPATH=str(shadows), **odd)
    done = subprocess.run(["make", "unlock"], cwd=project.folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("home", [None, "/", "/proc/none"])
def test_make_runs_for_a_user_without_a_name(project, home):
    """As containers have them (`--user 12345`)."""
    nameless = ("unshare", "--user", "--map-user=12345", "--map-group=12345")
    if not shutil.which("unshare") or subprocess.run([*nameless, "true"], capture_output=True).returncode:
        pytest.skip("there are no user namespaces here")
    done = make(project, "unlock", prefix=nameless, HOME=home, USER=None, LOGNAME=None)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("folder", ["/proc", "/nonexistent"])
def test_what_the_shell_sets_for_temporary_files_and_for_bash_decides_nothing(project, tmp_path, folder):
    (tmp_path / "bash.sh").write_text("cd /\necho hello\nrankcollapse() { false; }\n")
    figure = "results/smoke/figures/escape.png"
    (project.folder / figure).unlink(missing_ok=True)
    done = project.snakemake(figure, *SMOKE, TMPDIR=folder, BASH_ENV=str(tmp_path / "bash.sh"))
    assert done.returncode == 0, done.stderr
    assert (project.folder / figure).is_file()


def test_a_brace_in_the_path_is_told(tmp_path):
    project = Project(tmp_path / "a{b}c")
    done = project.snakemake("--dry-run", *SMOKE)
    assert done.returncode != 0
    told = done.stdout + done.stderr
    assert "a{b}c has a brace in its path, which Snakemake takes for a placeholder; move it" in told
    assert "Traceback" not in told


def test_after_a_kill_make_says_how_to_go_on_and_that_works(project):
    run = project.start("results/smoke/figures/two_classes.png", *SMOKE)
    locks = project.folder / ".snakemake/locks"
    while not any(lock.stat().st_size for lock in locks.glob("*")) and run.poll() is None:
        time.sleep(0.01)
    time.sleep(1)
    os.killpg(run.pid, 9)
    run.wait()
    assert list(locks.glob("*"))
    done = make(project, "paper", "SCALE=smoke", CORES="1")
    assert done.returncode != 0
    told = done.stderr.splitlines()
    assert any("When none runs: make unlock, then make paper again" in line for line in told)
    assert make(project, "unlock").returncode == 0
    assert not list(locks.glob("*"))


def test_what_readme_promises_is_asked_for_after_a_touch(project):
    """A frame that is lost is missed, also where `--touch` has told Snakemake that all else is new."""
    figure, frame = "results/smoke/figures/escape.png", "results/smoke/frames/escape.chain.parquet"
    assert project.snakemake(figure, *SMOKE).returncode == 0
    (project.folder / frame).unlink()
    assert project.snakemake("--touch", figure, *SMOKE).returncode == 0
    assert project.planned(figure, *SMOKE) == {}  # the figure is there
    listed = project.snakemake("--dry-run", "all", *SMOKE)
    assert f"output: {frame}" in listed.stdout + listed.stderr


def test_verify_says_where_the_reference_results_are_shown(project):
    (project.folder / "results/laptop-from-reference").mkdir(parents=True)
    done = project.snakemake("verify", "--until", "data_fashion_mnist_mini")
    assert "are shown by the same command with --config results_from=reference" in done.stderr
