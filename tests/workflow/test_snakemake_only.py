"""What an environment with Snakemake alone can do: the Workflow Catalog lints and plans a workflow in such a one."""

import subprocess
import venv
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from support.projects import Project


def with_what_it_needs(name):
    """A distribution and all that pip would install with it, of those that are installed here."""
    found, asked = {}, [name]
    while asked:
        try:
            distribution = metadata.distribution(asked.pop())
        except metadata.PackageNotFoundError:  # of another system
            continue
        if distribution.name not in found:
            found[distribution.name] = distribution
            needs = map(Requirement, distribution.requires or [])
            asked += [need.name for need in needs if not need.marker or need.marker.evaluate({"extra": ""})]
    return found


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The Python of an environment that has the pinned Snakemake and what it needs, as links, and nothing else."""
    folder = tmp_path_factory.mktemp("snakemake only")
    venv.create(folder, with_pip=False)
    [packages] = folder.glob("lib/python*/site-packages")
    installed = with_what_it_needs("snakemake")
    assert not {"torch", "numpy", "rankcollapse"} & installed.keys()
    for distribution in installed.values():
        for name in {file.parts[0] for file in distribution.files} - {"..", "__pycache__"}:
            if not (packages / name).exists():
                (packages / name).symlink_to(Path(distribution.locate_file(name)))
    return folder / "bin/python"


@pytest.mark.parametrize(
    "arguments", [("--lint",), ("--dry-run",), ("--dry-run", "--config", "results_from=reference")]
)
def test_snakemake_alone_lints_and_plans(python, tmp_path, arguments):
    project = Project(tmp_path / "project")
    command = [python, "-m", "snakemake", "--cores", "1", *arguments]
    known = {"PATH": f"{python.parent}:/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=project.folder, env=known, capture_output=True, text=True)
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    assert ("Congratulations" if arguments == ("--lint",) else "claims.json") in told


def test_it_has_none_of_ours(python):
    for name in ("torch", "numpy", "pandas", "rankcollapse", "pip"):
        assert subprocess.run([python, "-I", "-c", f"import {name}"], capture_output=True).returncode, name
