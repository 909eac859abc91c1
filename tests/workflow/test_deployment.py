"""The workflow where its users are: as a module, from another folder, by its path, in conda's environment."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.paths import ROOT
from support.projects import SMOKE, Project

BIN = Path(sys.executable).parent
MODULE = """\
configfile: "config/config.yaml"


module rankcollapse:
    snakefile:
        "{snakefile}"
    config:
        config


use rule * from rankcollapse
"""  # as `snakedeploy deploy-workflow` writes it
FIGURE = "figures/escape.png"


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("a clone"))


@pytest.fixture
def elsewhere(tmp_path):
    """A folder of the user's, with nothing in it."""
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere"


def snakemake(folder, *arguments, **changes):
    """Snakemake by its path, in a shell that has not activated its environment and knows nothing of the project."""
    known = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": os.environ.get("HOME", "/root")}
    command = [BIN / "snakemake", "--cores", "1", *arguments]
    return subprocess.run(command, cwd=folder, env=known | changes, capture_output=True, text=True)


def built(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_as_a_module_in_an_empty_folder(clone, elsewhere):
    """As the page of the Workflow Catalog tells it: config copied, one file written, results in the user's folder."""
    shutil.copytree(clone.folder / "config", elsewhere / "config")
    (elsewhere / "workflow").mkdir()
    (elsewhere / "workflow/Snakefile").write_text(MODULE.format(snakefile=clone.folder / "workflow/Snakefile"))
    chosen = elsewhere / "config/config.yaml"
    chosen.write_text(chosen.read_text().replace("scale: laptop", "scale: mine"))
    told = snakemake(elsewhere, "--dry-run")
    assert told.returncode != 0
    assert "there is no config/mine.yaml" in told.stdout + told.stderr
    shutil.copy(elsewhere / "config/smoke.yaml", elsewhere / "config/mine.yaml")
    built(snakemake(elsewhere, f"results/mine/{FIGURE}"))
    assert (elsewhere / f"results/mine/{FIGURE}").stat().st_size > 0
    record = json.loads((elsewhere / "results/mine/frames/escape.chain.json").read_text())
    assert {cell["commit"] for cell in record["cells"]} == {clone.git("rev-parse", "HEAD")}
    assert not (clone.folder / "results/mine").exists()
    shutil.copy(elsewhere / "config/mine.yaml", chosen)  # a copied scale in its place: it has no name
    told = snakemake(elsewhere, "--dry-run")
    assert "the config is a whole scale, and its results need a name of their own" in told.stdout + told.stderr


def test_from_another_folder(clone, elsewhere):
    workflow = ("-s", str(clone.folder / "workflow/Snakefile"), "-d", str(elsewhere))
    built(snakemake(elsewhere.parent, *workflow, f"results/smoke/{FIGURE}", *SMOKE))
    assert (elsewhere / f"results/smoke/{FIGURE}").stat().st_size > 0
    told = snakemake(elsewhere.parent, *workflow, "--dry-run", "--config", "scale=huge")
    assert "scale must be one of: laptop, overnight, paper, smoke" in told.stdout + told.stderr
    (elsewhere / "config").mkdir()
    shutil.copy(clone.folder / "config/smoke.yaml", elsewhere / "config/own.yaml")
    done = built(snakemake(elsewhere.parent, *workflow, "--dry-run", "--config", "scale=own"))
    assert (
        "results/own/paper.pdf" in done.stdout + done.stderr or "results/own/claims.json" in done.stdout + done.stderr
    )


def test_by_its_path_without_an_activated_environment(clone):
    built(snakemake(clone.folder, f"results/smoke/{FIGURE}", *SMOKE))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--config", "scale=smoke", "--configfile", "config/overnight.yaml"),
            "is scale overnight, and scale smoke was asked",
        ),
        (("--configfile", "change.yaml"), "change.yaml changes a scale and does not say which"),
        (("--configfile", "twice.yaml"), "twice.yaml: the key 'device' stands twice"),
        (("--config", "scale=reference"), "no scale can be called reference"),
        (("--config", "scale=2024_2"), "there is no config/2024_2.yaml"),
        (("--config", "scale=1e4"), "there is no config/1e4.yaml"),
    ],
)
def test_a_scale_that_is_not_what_it_is_called(clone, arguments, message):
    (clone.folder / "change.yaml").write_text("device: cpu\n")
    (clone.folder / "twice.yaml").write_text("scale: smoke\ndevice: cpu\ndevice: cuda\n")
    told = snakemake(clone.folder, "--dry-run", *arguments)
    assert told.returncode != 0
    assert message in told.stdout + told.stderr
    assert "Traceback" not in told.stdout + told.stderr


@pytest.mark.parametrize(("name", "arguments"), [("smoke", ("--configfile", "config/smoke.yaml")), ("2024_1", ())])
def test_results_are_called_what_they_are(clone, name, arguments):
    if not arguments:
        shutil.copy(clone.folder / "config/smoke.yaml", clone.folder / f"config/{name}.yaml")
    arguments = arguments or ("--config", f"scale={name}")
    done = built(snakemake(clone.folder, "--dry-run", f"results/{name}/manifest.json", "--printshellcmds", *arguments))
    assert f"--scale {name} --settings" in done.stdout + done.stderr


@pytest.fixture
def conda(tmp_path):
    """A stand-in for conda in a folder of programs; its path."""
    (tmp_path / "conda/bin").mkdir(parents=True)
    program = tmp_path / "conda/bin/conda"
    program.write_text(f"#!{sys.executable}\n" + (ROOT / "tests/support/conda.py").read_text().partition("\n")[2])
    program.chmod(0o755)
    (program.parent / "activate").write_text('export CONDA_PREFIX="$1" PATH="$1/bin:$PATH"\n')
    return program.parent


def test_an_environment_of_conda_is_created_from_snakemakes_copy_and_computes(clone, elsewhere, conda):
    workflow = ("-s", str(clone.folder / "workflow/Snakefile"), "-d", str(elsewhere))
    packages = next((BIN.parent / "lib").glob("python*/site-packages"))
    surroundings = {"PATH": f"{conda}:/usr/bin:/bin", "CONDA_STAND_IN_PACKAGES": str(packages)}
    target = f"results/smoke/{FIGURE}"
    built(snakemake(elsewhere.parent, *workflow, target, "--sdm", "conda", *SMOKE, **surroundings))
    [made] = (elsewhere / ".snakemake/conda").glob("*.yaml")
    assert made.read_text() == (clone.folder / "environment.yml").read_text()
    assert len((made.with_suffix("") / "starts").read_text()) == 3  # cell, frame, figure
    assert not (made.with_suffix("") / "bin/rankcollapse").exists()  # the command is the clone's
    assert (elsewhere / target).stat().st_size > 0


def test_an_environment_that_names_paths_would_be_found_out(clone, elsewhere, conda):
    """As environment.yml was: conda finds no file beside the copy."""
    file = elsewhere / "copy.yaml"
    file.write_text("dependencies: [python=3.11, pip, {pip: [-r requirements.lock, -e .]}]\n")
    command = [conda / "conda", "env", "create", "--quiet", "--no-default-packages"]
    command += ["--file", str(file), "--prefix", str(elsewhere / "made")]
    known = os.environ | {"CONDA_STAND_IN_PACKAGES": "."}
    done = subprocess.run(command, env=known, cwd=clone.folder, capture_output=True, text=True)
    assert done.returncode != 0
    assert "requirements.lock" in done.stdout + done.stderr
