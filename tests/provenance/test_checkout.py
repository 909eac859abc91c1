"""The commit and the files are those of this project, or not known, with the reason."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from rankcollapse.errors import UserError
from rankcollapse.provenance import checkout
from rankcollapse.provenance.checkout import WORKFLOW, commit, tracked_files
from rankcollapse.provenance.records import Commit


def git(*arguments, cwd):
    done = subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments],
        cwd=cwd, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


def repository(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    git("init", "-q", cwd=folder)
    git("add", "-A", cwd=folder)
    git("commit", "-qm", "a", "--allow-empty", cwd=folder)
    return git("rev-parse", "HEAD", cwd=folder)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with the workflow of the project, below a folder that may be a repository."""
    folder = tmp_path / "outer/project é"
    (folder / WORKFLOW).parent.mkdir(parents=True)
    (folder / WORKFLOW).write_text("")
    monkeypatch.setattr(checkout, "PROJECT", folder)
    return folder


def unknown(reason):
    found = commit()
    assert (found.commit, found.clean) == (None, None)
    assert reason in found.unknown
    assert reason in found.told()
    with pytest.raises(UserError) as error:
        tracked_files()
    assert reason in str(error.value)


def test_a_clone_has_its_commit_and_is_clean_until_it_is_changed(project):
    head = repository(project, "a")
    assert commit() == Commit(commit=head, clean=True)
    assert commit().told() == head
    (project / "a").write_text("2")
    assert commit() == Commit(commit=head, clean=False)
    assert commit().told() == f"{head} (modified)"


def test_a_worktree_and_a_link_to_a_clone_have_the_commit(project, tmp_path, monkeypatch):
    head = repository(project, "a")
    git("worktree", "add", "-q", str(tmp_path / "tree"), cwd=project)
    (tmp_path / "link").symlink_to(project)
    for name in ("tree", "link"):
        monkeypatch.setattr(checkout, "PROJECT", tmp_path / name)
        assert commit() == Commit(commit=head, clean=True)


def test_unpacked_inside_another_repository(project):
    repository(project.parent, "other")
    unknown("is no git clone: it was unpacked or copied without .git")


def test_committed_into_another_repository(project):
    """Its commits are of something else, even if it tracks our files."""
    repository(project.parent, "other")
    (project / ".git").write_text("gitdir: ../.git\n")  # a file that leads to it
    git("config", "core.worktree", str(project.parent), cwd=project.parent)
    unknown("which is another one; use git clone")


def test_a_repository_in_our_place_that_is_of_something_else(project):
    shutil.copy(project / WORKFLOW, project.parent / "kept")
    (project / WORKFLOW).unlink()
    repository(project, "other")
    shutil.copy(project.parent / "kept", project / WORKFLOW)
    unknown("does not track")


def test_a_repository_without_a_commit(project):
    git("init", "-q", cwd=project)
    assert "git rev-parse says: fatal: " in commit().unknown


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a folder to another user")
def test_git_refuses_the_folder_of_another_user(project, monkeypatch):
    repository(project, "a")
    for path in [project, *project.rglob("*")]:
        os.chown(path, 4321, 4321)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    unknown("dubious ownership")
    unknown("git config --global --add safe.directory")  # git's own cure


def test_without_git(project, monkeypatch):
    repository(project, "a")
    monkeypatch.setenv("PATH", "/nonexistent")
    unknown("git cannot be run (No such file or directory); install it")


@pytest.mark.parametrize("variable", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"])
def test_in_a_hook_of_another_repository(project, tmp_path, monkeypatch, variable):
    head = repository(project, "a")
    repository(tmp_path / "another", "b", "c")
    places = {"GIT_DIR": ".git", "GIT_INDEX_FILE": ".git/index", "GIT_OBJECT_DIRECTORY": ".git/objects"}
    monkeypatch.setenv(variable, str(tmp_path / "another" / places.get(variable, "")))
    assert commit() == Commit(commit=head, clean=True)
    assert set(tracked_files()) == {WORKFLOW, Path("a")}


def test_an_installed_package_inside_a_repository(tmp_path, monkeypatch):
    repository(tmp_path, "env/lib/python3/site-packages/rankcollapse/__init__.py")
    monkeypatch.setattr(checkout, "PROJECT", tmp_path / "env/lib/python3")
    unknown("is an installed package and no clone")


def test_files_that_are_there_and_tracked_and_no_others(project):
    repository(project, "a name with spaces, é.txt", "gone.txt")
    (project / "gone.txt").unlink()
    (project / "untracked.txt").write_text("")
    assert set(tracked_files()) == {WORKFLOW, Path("a name with spaces, é.txt")}
