"""The worked example of CONTRIBUTING.md, block by block as it stands, in a copy of the project."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from test_workflow import Project

TEXT = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text()
BLOCKS = re.findall(r"^```(python|sh)\n(.*?)^```$", TEXT.partition("## A worked example")[2], re.M | re.S)


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
    (claim,) = json.loads((results / "signs.json").read_text())
    assert (claim["id"], claim["verdict"]) == ("E7", "reproduced")
    assert [condition["n"] for condition in claim["conditions"]] == [5, 5]
    assert "signs.chains" in (project.folder / "config/README.md").read_text()


def test_the_graph_has_the_example_and_no_other_cell_runs_for_it(project):
    planned = project.planned("results/laptop/figures/signs.png", "--forceall")
    assert planned == {"chains": 2, "frame": 1, "figure": 1}


def test_the_example_is_code_of_the_house(project):
    for command in (["ruff", "check", "src"], ["ruff", "format", "--check", "src/rankcollapse/experiments/signs"]):
        done = subprocess.run(command, cwd=project.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
