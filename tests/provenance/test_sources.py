"""The files of the project are those that git tracks."""

import subprocess
from pathlib import Path

import pytest

from rankcollapse.errors import UserError
from rankcollapse.provenance.sources import WORKFLOW, tracked_files


def git(*arguments):
    subprocess.run(["git", *arguments], check=True, capture_output=True)


def test_tracked_files_that_are_there_and_no_others(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = [WORKFLOW, Path("a name with spaces, é.txt"), Path("gone.txt")]
    for name in names:
        name.parent.mkdir(exist_ok=True)
        name.write_text("")
    with pytest.raises(UserError, match="run this in a clone"):
        tracked_files()
    git("init", "-q")
    with pytest.raises(UserError, match="run this in a clone"):  # nothing is tracked yet
        tracked_files()
    git("add", "-A")
    Path("gone.txt").unlink()
    Path("untracked.txt").write_text("")
    assert set(tracked_files()) == set(names) - {Path("gone.txt")}


def test_without_git_it_is_said_that_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="git is not installed"):
        tracked_files()
