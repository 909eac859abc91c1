"""Frames keep the description of their columns and the same bytes; damage to them is found."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rankcollapse.errors import UserError
from rankcollapse.storage.frames import concatenate, read_frame, to_table, write_frame

COLUMNS = {"depth": "layers", "loss": "nats; missing if diverged"}


class Cell:
    """What a table asks of a cell."""

    def __init__(self, **constants):
        self._constants = constants

    @classmethod
    def columns(cls):
        return COLUMNS

    def constants(self):
        return self._constants


def test_a_frame_round_trips_with_its_descriptions(tmp_path):
    table = to_table(Cell(), [{"loss": 0.5, "depth": 1}])
    missing = to_table(Cell(depth=2), [{"loss": None}])
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
        to_table(Cell(), [{"depth": 1}])
    with pytest.raises(ValueError, match="width"):
        to_table(Cell(depth=1, width=3), [{"loss": 0.5}])


def test_the_constants_of_a_cell_are_columns_of_every_row_in_their_place():
    table = to_table(Cell(depth=3), ({"loss": loss} for loss in (0.5, 0.25)))
    assert table.column_names == list(COLUMNS)
    assert table.to_pylist() == [{"depth": 3, "loss": 0.5}, {"depth": 3, "loss": 0.25}]
    assert to_table(Cell(depth=3), [{"depth": 4, "loss": 0.5}]).to_pylist() == [{"depth": 4, "loss": 0.5}]


def test_cells_of_different_frames_are_not_joined(tmp_path):
    write_frame(to_table(Cell(), [{"loss": 0.5, "depth": 1}]), tmp_path / "a")
    write_frame(pa.table({"depth": [1]}), tmp_path / "b")
    with pytest.raises(UserError, match=r"b and .*a are cells of different frames"):
        concatenate([tmp_path / "a", tmp_path / "b"])


def of_a_run(folder):
    """A folder for frames, as a run of the workflow makes it."""
    for name in ("logs", "benchmarks", "frames"):
        (folder / name).mkdir()
    return folder / "frames"


def test_nobody_is_told_to_remove_what_this_program_did_not_write(tmp_path):
    path = tmp_path / "escape.chain.parquet"
    foreign = pa.BufferOutputStream()
    pq.write_table(pa.table({"mine": [1.0]}), foreign)
    for content in (b"", b"# Read me", foreign.getvalue().to_pybytes(), b"PAR1" + bytes(100)):
        path.write_bytes(content)
        with pytest.raises(UserError, match=r"is not a frame, or not a whole one") as error:
            read_frame(path)
        assert "rm " not in str(error.value)
    write_frame(pa.table({"loss": [0.5]}), path)  # ours, wherever it lies: our hash is in it
    path.write_bytes(path.read_bytes().replace(b"PAR1", b"PARX", 1))
    with pytest.raises(UserError, match=r"is damaged.*: rm "):
        read_frame(path)


def test_every_flipped_byte_and_every_cut_is_found(tmp_path):
    path = of_a_run(tmp_path) / "my frame.parquet"
    write_frame(to_table(Cell(), [{"loss": 0.5, "depth": 1}, {"loss": None, "depth": 2}]), path)
    whole = path.read_bytes()
    flipped = [whole[:n] + bytes([whole[n] ^ 1 << n % 8]) + whole[n + 1 :] for n in range(len(whole))]
    others = [whole[:n] for n in range(len(whole))] + [whole + b"x", b"<html>", whole[::-1], bytes(len(whole))]
    for damaged in flipped + others:
        path.write_bytes(damaged)
        with pytest.raises(UserError, match=r"my frame.parquet is damaged(?s:.)*rm '.*/my frame.parquet'$"):
            read_frame(path)
    path.write_bytes(whole)
    assert read_frame(path).to_pylist() == [{"depth": 1, "loss": 0.5}, {"depth": 2, "loss": None}]
    assert pq.read_table(path).equals(read_frame(path))  # for other programs it is Parquet as any other
