"""The archive of the code and a run: its sums are right and complete."""

import shutil
import subprocess
from pathlib import Path

import pytest
from support.packaged import REFERENCE, RUN, TRACKED, made

from rankcollapse.commands.archive import archive
from rankcollapse.errors import UserError


def test_the_sums_of_an_archive_are_right_and_complete(project):
    Path("untracked.txt").write_text("")
    Path("config/smoke.yaml").unlink()  # tracked, and gone
    archive(made("smoke"), Path("archive.zip"))
    shutil.unpack_archive("archive.zip", "unpacked")
    folder = Path("unpacked/rankcollapse")
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    assert {line.split("  ", 1)[1] for line in (folder / "SHA256SUMS").read_text().splitlines()} == found
    assert found == {*TRACKED, REFERENCE, "run/trainability.png", "run/manifest.json"} - {"config/smoke.yaml"}
    assert (folder / "run/manifest.json").read_bytes() == (RUN / "manifest.json").read_bytes()


def test_two_files_of_one_name_are_not_packed_as_one(project):
    with pytest.raises(UserError, match=r"two of the files are called manifest\.json"):
        archive([*made("smoke"), Path(REFERENCE).with_name("manifest.json")], Path("archive.zip"))
    assert not Path("archive.zip").exists()
