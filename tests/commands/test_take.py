"""A frame is taken from reference results with its provenance, if both belong together."""

import json
import shutil
from pathlib import Path

import pytest
from support.paths import ROOT

from rankcollapse.commands.take import take
from rankcollapse.errors import UserError
from rankcollapse.provenance.files import FileManifest, FileRecord, sha256

LAPTOP = ROOT / "results/reference/laptop"


def test_the_bytes_of_the_frame_and_its_record(tmp_path):
    take(LAPTOP / "frames/escape.chain.parquet", tmp_path / "taken.parquet")
    assert (tmp_path / "taken.parquet").read_bytes() == (LAPTOP / "frames/escape.chain.parquet").read_bytes()
    record = FileManifest.read(LAPTOP / "manifest.json").frames["escape.chain"]
    assert FileRecord.read(tmp_path / "taken.json") == record


def test_a_frame_that_the_manifest_does_not_describe(tmp_path):
    (tmp_path / "frames").mkdir()
    shutil.copy(LAPTOP / "manifest.json", tmp_path)
    for source, name in (("escape", "escape.other"), ("laws", "escape.chain")):
        frame = tmp_path / f"frames/{name}.parquet"
        shutil.copy(LAPTOP / f"frames/{source}.chain.parquet", frame)
        with pytest.raises(UserError, match=r"is not the frame that .* describes; copy both from one run"):
            take(frame, tmp_path / "taken.parquet")
        assert not (tmp_path / "taken.json").exists()


def test_a_frame_of_as_many_rows_that_is_another_file(tmp_path):
    (tmp_path / "frames").mkdir()
    frame = tmp_path / "frames/escape.chain.parquet"
    shutil.copy(LAPTOP / "frames/escape.chain.parquet", frame)
    values = json.loads((LAPTOP / "manifest.json").read_text())
    for digest, same in ((sha256(frame), True), (64 * "0", False)):
        values["frames"]["escape.chain"]["sha256"] = digest
        (tmp_path / "manifest.json").write_text(json.dumps(values))
        if same:
            take(frame, tmp_path / "taken.parquet")
            assert FileRecord.read(tmp_path / "taken.json").sha256 == digest
        else:
            with pytest.raises(UserError, match=r"is not the frame that .* describes; copy both from one run"):
                take(frame, tmp_path / "taken.parquet")


def test_the_frame_may_be_named_from_its_own_folder_and_the_output_has_the_ending_of_a_frame(tmp_path, monkeypatch):
    monkeypatch.chdir(LAPTOP / "frames")
    take(Path("escape.chain.parquet"), tmp_path / "taken.parquet")
    assert (tmp_path / "taken.json").is_file()
    with pytest.raises(UserError, match=r"other\.json: a frame ends in \.parquet"):
        take(Path("escape.chain.parquet"), tmp_path / "other.json")
    assert not (tmp_path / "other.json").exists()
