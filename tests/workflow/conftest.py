"""A copy of the project in which the graph ran once, for all tests of this folder."""

import pytest
from support.projects import SMOKE, Project


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("project with spaces"))
    done = project.snakemake("--cores", "2", *SMOKE)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture(scope="session")
def results(project):
    return project.folder / "results/smoke"
