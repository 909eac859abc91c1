"""Frames keep the description of their columns and the same bytes; damage to them is found."""

import multiprocessing
import os
import platform
import signal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rankcollapse.errors import UserError
from rankcollapse.files import temporary_name, write_whole
from rankcollapse.frames import concatenate, read_frame, to_table, write_frame
from rankcollapse.package import write_crate

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
    monkeypatch.setattr("pathlib.Path.replace", lambda *args: (_ for _ in ()).throw(OSError(0, "killed")))
    with pytest.raises(OSError, match="killed"):
        write_whole(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "old"


def test_every_flipped_byte_and_every_cut_is_found(tmp_path):
    path = tmp_path / "my frame.parquet"
    write_frame(to_table([{"loss": 0.5, "depth": 1}, {"loss": None, "depth": 2}], COLUMNS), path)
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


def test_a_damaged_frame_is_not_handed_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "depth.rank.parquet"
    write_frame(to_table([{"loss": 0.5, "depth": 1}], COLUMNS), path)
    path.write_bytes(path.read_bytes()[:-9] + b"x" + path.read_bytes()[-8:])
    with pytest.raises(UserError, match=r"depth.rank.parquet is damaged"):
        write_crate(tmp_path, [path], tmp_path / "crate.zip")


def killed_while_writing(path):
    """A process that dies with its temporary file, or folder, half made."""

    def write():
        with temporary_name(path / "file") as part, temporary_name(path / "fetch") as folder:
            part.write_text("half")
            folder.mkdir()
            (folder / "images").write_text("half")
            os.kill(os.getpid(), signal.SIGKILL)

    process = multiprocessing.get_context("fork").Process(target=write)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def test_what_a_killed_process_left_goes_with_the_next_write(tmp_path):
    for _ in range(3):
        killed_while_writing(tmp_path)
        assert len(list(tmp_path.iterdir())) == 2  # it does not pile up
    here = platform.node().replace(".", "-")
    names = (f".file.{here}.1", f".file.{here}.notes", f".other.{here}.999999999", ".file.elsewhere.999999999")
    others = [tmp_path / f"{name}.part" for name in names]
    for other in others:  # of a process that runs, of no process, of another file, of another machine
        other.write_text("")
    write_whole(tmp_path / "file", "new")
    with temporary_name(tmp_path / "fetch"):
        pass
    assert sorted(tmp_path.iterdir()) == sorted([*others, tmp_path / "file"])
