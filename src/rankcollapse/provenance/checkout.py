"""The git checkout that this code lies in: its commit, its files, or why they are not known."""

import os
import subprocess
from pathlib import Path

from rankcollapse.errors import UserError
from rankcollapse.provenance.fingerprints import ROOT
from rankcollapse.provenance.records import Commit

PROJECT = ROOT.parent  # of a clone; of an installed package it is a folder of the environment
WORKFLOW = Path("workflow/Snakefile")
# A git hook, or a shell, may set these; they would make git speak of another repository.
ELSEWHERE = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE",
)  # fmt: skip


class Unknown(Exception):
    """Why git says nothing of this project, and what cures it."""


def _git(*arguments: str) -> str:
    """What git prints of the project's folder.

    Raises:
        Unknown: there is no git, or it refuses; with its own words.
    """
    surroundings = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    try:
        done = subprocess.run(
            ["git", "-C", str(PROJECT), *arguments], env=surroundings, capture_output=True, text=True, errors="replace"
        )
    except OSError as error:
        raise Unknown(f"git cannot be run ({error.strerror}); install it") from None
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
        raise Unknown(f"git {arguments[0]} says: {said}")
    return done.stdout


def _must_be_ours() -> None:
    """Make sure that git speaks of this project's repository.

    Raises:
        Unknown: it does not.
    """
    if not (PROJECT / WORKFLOW).is_file():
        raise Unknown(f"{ROOT} is an installed package and no clone; run from a clone to have its commit")
    if not (PROJECT / ".git").exists():
        raise Unknown(f"{PROJECT} is no git clone: it was unpacked or copied without .git; use git clone")
    top = Path(_git("rev-parse", "--show-toplevel").removesuffix("\n"))
    if top.resolve() != PROJECT.resolve():
        raise Unknown(f"{PROJECT} lies in the repository of {top}, which is another one; use git clone")


def commit() -> Commit:
    """The commit that the source is at, and whether the tree was clean; or why that is not known."""
    try:
        _must_be_ours()
        head = _git("rev-parse", "--verify", "HEAD").strip()
        if not _git("ls-tree", "HEAD", "--", WORKFLOW.as_posix()):
            raise Unknown(f"the repository at {PROJECT} does not track this project; use git clone")
        return Commit(commit=head, clean=not _git("status", "--porcelain"))
    except Unknown as reason:
        return Commit(commit=None, clean=None, unknown=str(reason))


def tracked_files() -> list[Path]:
    """The files of this project that git tracks and that are there, relative to the project's folder.

    Raises:
        UserError: git does not know them.
    """
    try:
        _must_be_ours()
        found = [path for path in map(Path, _git("ls-files", "-z").split("\0")[:-1]) if (PROJECT / path).is_file()]
        if WORKFLOW not in found:
            raise Unknown(f"the repository at {PROJECT} does not track {WORKFLOW}; use git clone")
    except Unknown as reason:
        raise UserError(f"a package is made of the files that git tracks, and they are not known: {reason}") from None
    return found
