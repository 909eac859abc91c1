"""A copy of the project in which the graph ran once; tests/conftest.py keeps all tests that use it in one process."""

import pytest
from support.projects import SMOKE, Project


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("project with spaces"))
    done = project.snakemake("--cores", "2", *SMOKE)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture(scope="session")
def results(built):
    return built.folder / "results/smoke"
