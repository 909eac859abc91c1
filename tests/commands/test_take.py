"""A frame is taken from reference results with its provenance, if both belong together."""

import shutil

import pytest
from support.paths import ROOT

from rankcollapse.commands.take import take
from rankcollapse.errors import UserError
from rankcollapse.provenance.records import FrameRecord, Manifest

LAPTOP = ROOT / "results/reference/laptop"


def test_the_bytes_of_the_frame_and_its_record(tmp_path):
    take(LAPTOP / "frames/escape.chain.parquet", tmp_path / "taken.parquet")
    assert (tmp_path / "taken.parquet").read_bytes() == (LAPTOP / "frames/escape.chain.parquet").read_bytes()
    record = Manifest.read(LAPTOP / "manifest.json").frames["escape.chain"]
    assert FrameRecord.read(tmp_path / "taken.json") == record


def test_a_frame_that_the_manifest_does_not_describe(tmp_path):
    (tmp_path / "frames").mkdir()
    shutil.copy(LAPTOP / "manifest.json", tmp_path)
    for source, name in (("escape", "escape.other"), ("laws", "escape.chain")):
        frame = tmp_path / f"frames/{name}.parquet"
        shutil.copy(LAPTOP / f"frames/{source}.chain.parquet", frame)
        with pytest.raises(UserError, match=r"is not the frame that .* describes; copy both from one run"):
            take(frame, tmp_path / "taken.parquet")
        assert not (tmp_path / "taken.json").exists()
