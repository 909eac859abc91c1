"""The definitions of containers: what is tested is what is written in them."""

import os
import shutil
import subprocess

import pytest
from support.containers import Container, apptainer, dockerfile
from support.paths import ROOT

DOCKERFILE = dockerfile((ROOT / "containers/Dockerfile").read_text())
APPTAINER = apptainer((ROOT / "containers/apptainer.def").read_text())


def test_both_definitions_do_the_same():
    steps = dict(DOCKERFILE)
    assert steps["ARG"] == "BASE=debian:12"
    assert steps["FROM"] == "${BASE}"
    assert APPTAINER[0] == ("FROM", "debian:12")
    assert [step for step in DOCKERFILE if step[0] not in ("ARG", "FROM", "WORKDIR")] == APPTAINER[1:]
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert ".venv" in ignored
    assert ".git" not in ignored  # the image knows its commit
    for name in ("build", "run"):
        subprocess.run(["sh", "-n", ROOT / "containers" / name], check=True)


@pytest.mark.slow
def test_the_container_is_built_and_makes_the_paper(tmp_path):
    """For a user without a name, who may write in the mounted folder only."""
    if os.getuid() != 0 or not shutil.which("debootstrap"):
        pytest.skip("a root file system is made by root, with debootstrap")
    container = Container(tmp_path / "root")
    container.build(DOCKERFILE)
    os.chown(tmp_path / "root" / container.workdir.lstrip("/"), 12345, 12345)
    done = container.run([*container.entrypoint, "paper", "--config", "scale=smoke"], user=12345)
    assert done.returncode == 0, done.stdout[-3000:]
    results = tmp_path / "root" / container.workdir.lstrip("/") / "results/smoke"
    assert (results / "paper.pdf").read_bytes().startswith(b"%PDF")
    assert results.stat().st_uid == 12345
    assert "Commit: unknown" not in done.stdout
