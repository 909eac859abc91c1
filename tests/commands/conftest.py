"""A project with a run in it, as the commands that hand it on find it."""

import subprocess
from pathlib import Path

import pytest
from support.packaged import REFERENCE, RUN, TRACKED, made

from rankcollapse.provenance import checkout


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A git checkout with what a crate needs of the project, and a made-up run in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checkout, "PROJECT", tmp_path)
    for name in (*TRACKED, REFERENCE):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(f"this is {name}\n")
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "add", "-A"], check=True)
    (RUN / "figures").mkdir(parents=True)
    (RUN / "figures/trainability.png").write_bytes(b"\x89PNG")
    made("smoke")
    return tmp_path
