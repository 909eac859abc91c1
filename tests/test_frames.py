"""Frames keep the description of their columns and the same bytes."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rankcollapse.files import write_whole
from rankcollapse.frames import concatenate, to_table, write_frame

COLUMNS = {"depth": "layers", "loss": "nats; missing if diverged"}


def test_a_frame_round_trips_with_its_descriptions(tmp_path):
    table = to_table([{"loss": 0.5, "depth": 1}], COLUMNS)
    missing = to_table([{"loss": None, "depth": 2}], COLUMNS)
    for name, part in (("a", missing), ("b", table)):
        write_frame(part, tmp_path / name)
    joined = concatenate([tmp_path / "a", tmp_path / "b"])
    assert joined.to_pylist() == [{"depth": 2, "loss": None}, {"depth": 1, "loss": 0.5}]
    assert joined.schema.field("loss").type == pa.float64()
    write_frame(joined, tmp_path / "c")
    for field in pq.read_schema(tmp_path / "c"):
        assert field.metadata[b"description"].decode() == COLUMNS[field.name]
    write_frame(joined, tmp_path / "d")
    assert (tmp_path / "c").read_bytes() == (tmp_path / "d").read_bytes()


def test_a_row_with_other_columns_is_refused():
    with pytest.raises(ValueError, match="loss"):
        to_table([{"depth": 1}], COLUMNS)


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    write_whole(tmp_path / "file", "old")
    monkeypatch.setattr("pathlib.Path.replace", lambda *args: (_ for _ in ()).throw(OSError("killed")))
    with pytest.raises(OSError, match="killed"):
        write_whole(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "old"
