"""A file is written whole or not at all, and what a killed process left goes."""

import multiprocessing
import os
import platform
import signal

import pytest

from rankcollapse.errors import UserError
from rankcollapse.storage.files import read_json, temporary_name, write_json, write_whole


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    write_whole(tmp_path / "file", "old")
    monkeypatch.setattr("pathlib.Path.replace", lambda *args: (_ for _ in ()).throw(OSError(0, "killed")))
    with pytest.raises(OSError, match="killed"):
        write_whole(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "old"


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


def test_json_round_trips_and_holds_no_number_that_json_lacks(tmp_path):
    values = {"name": "√d", "list": [1, 2.5, None], "nested": {"b": 1, "a": True}}
    write_json(tmp_path / "x.json", values)
    assert read_json(tmp_path / "x.json") == values
    assert "√d" in (tmp_path / "x.json").read_text(encoding="utf-8")
    for number in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON"):
            write_json(tmp_path / "x.json", {"a": number})
    assert read_json(tmp_path / "x.json") == values


@pytest.mark.parametrize("content", [b"", b"{", b"<html>", b"\xff\xfe"])
def test_a_file_that_is_no_json_is_named(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(UserError, match=r"x\.json is not JSON, or is damaged") as error:
        read_json(tmp_path / "x.json")
    assert "remove" not in str(error.value)  # it may be anybody's
    for name in ("logs", "benchmarks"):
        (tmp_path / name).mkdir()
    with pytest.raises(UserError, match=r"else remove it .*: rm .*x\.json"):  # among the results of a run
        read_json(tmp_path / "x.json")
