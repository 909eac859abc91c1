"""The worked example of docs/new-experiment.md, block by block as it stands, in a copy of the project."""

import json
import re
import subprocess
import sys

import pytest
from support.paths import ROOT
from support.projects import Project

from rankcollapse.experiments import rooms

BLOCKS = re.findall(r"^```(python|sh)\n(.*?)^```$", (ROOT / "docs/new-experiment.md").read_text(), re.M | re.S)
ROOM = "src/rankcollapse/experiments/signs"
NUMBERS = """
from pathlib import Path
from rankcollapse.experiments.given import read_frames
from rankcollapse.experiments.signs.numbers import numbers
print(numbers(read_frames([Path("results/laptop/frames/signs.chain.parquet")])))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("example"))
    for language, block in BLOCKS:
        if language == "python":
            path = project.folder / block.partition("\n")[0].removeprefix("# ")
            path.parent.mkdir(exist_ok=True)
            path.write_text(block)
        else:
            done = project.shell(block)
            assert done.returncode == 0, done.stdout + done.stderr
    return project


def test_the_example_has_its_figure_and_its_verdict(project):
    results = project.folder / "results/laptop"
    assert (results / "figures/signs.png").stat().st_size > 10_000
    claim, *others = sorted(json.loads((results / "signs.json").read_text()), key=lambda each: each["id"] != "E99")
    assert {other["verdict"] for other in others} == {"not_run"}  # their frames were not given
    assert (claim["id"], claim["verdict"]) == ("E99", "reproduced")
    assert [condition["n"] for condition in claim["conditions"]] == [5, 5]
    assert "signs.chains" in (project.folder / "config/README.md").read_text()


def test_the_example_touches_its_own_folder_and_the_settings_only(project):
    changed = project.git("status", "--porcelain", "--untracked-files=all").splitlines()
    files = [line.split(maxsplit=1)[1] for line in changed]
    assert {file for file in files if not file.startswith("config/")} == {
        f"{ROOM}/{name}.py"
        for name in ("__init__", "cells", "settings", "chain", "claims", "judge", "figure", "numbers")
    }


def test_the_example_has_numbers_for_the_paper(project):
    done = project.run([sys.executable, "-c", NUMBERS])
    assert done.stdout.strip() == "{'signs.networks': '5'}", done.stderr


def test_the_graph_has_the_example_and_no_other_cell_runs_for_it(project):
    planned = project.planned("results/laptop/figures/signs.png", "--forceall")
    assert planned == {"chains": 2, "frame": 1, "figure": 1}


def test_the_reference_results_are_shown_though_they_lack_the_example(project):
    planned = project.planned("figures", "claims", "--config", "results_from=reference")
    assert planned["claims"] == 1
    assert planned["figure"] == len(rooms.names())


def test_the_example_is_code_of_the_house(project):
    for command in (["ruff", "check", "src"], ["ruff", "format", "--check", ROOM]):
        done = subprocess.run(command, cwd=project.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
