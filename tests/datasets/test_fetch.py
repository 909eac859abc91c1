"""Fetching: from sources that fail in every way."""

import errno
import gzip
import hashlib
import io
import os
import socket
import struct
import threading
from pathlib import Path

import pytest
from support.servers import CONTENT, PACKED, Server

from rankcollapse.datasets import catalogue as catalogue_module
from rankcollapse.datasets import fetch as fetch_module
from rankcollapse.datasets.catalogue import DataSet
from rankcollapse.datasets.fetch import SourceFailed, download, fetch
from rankcollapse.errors import UserError


@pytest.fixture
def toy(monkeypatch):
    """Puts a data set of one file into the catalogue, with the sources given."""

    def add(*sources):
        entry = DataSet(
            title="toy",
            kind="idx",
            licence="none",
            shape=(1, 1, 1),
            classes=2,
            samples={"train": 1, "test": 1},
            sources=list(sources),
            files={"one": {"bytes": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest()}},
        )
        monkeypatch.setattr(catalogue_module, "catalogue", lambda: {"toy": entry})

    return add


# breaks a little after the second chunk of the body
WHOLE, BROKEN = (PACKED, None, True), (PACKED, 2 * fetch_module.CHUNK + 100, True)


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed[:-100],  # cut short
        lambda packed: b"<html>Please log in</html>",
        lambda packed: gzip.compress(b"x" + CONTENT[1:]),  # a flipped byte
        lambda packed: gzip.compress(CONTENT + b"x"),  # too long
        lambda packed: gzip.compress(bytes(10**8)),  # a bomb
        lambda packed: b"",
    ],
)
def test_wrong_bytes_never_reach_the_cache(toy, cache, tmp_path, damage):
    toy({"folder": str(tmp_path / "source")})
    (tmp_path / "source").mkdir()
    (tmp_path / "source/one.gz").write_bytes(damage(PACKED))
    with pytest.raises(UserError, match=r"damaged|wrong content") as caught:
        fetch("toy")
    assert "--from PATH" in str(caught.value)
    assert list(cache.rglob("*")) == [cache / "toy"]


def test_the_next_source_is_tried_and_every_failure_is_told(toy, cache, tmp_path):
    (tmp_path / "good").mkdir()
    (tmp_path / "good/one").write_bytes(CONTENT)
    toy({"folder": str(tmp_path / "absent")}, {"folder": str(tmp_path / "good")})
    [target] = fetch("toy")
    assert target.read_bytes() == CONTENT
    target.write_bytes(b"older")
    toy({"folder": str(tmp_path / "absent")}, {"url": "https://127.0.0.1:9/"})
    with pytest.raises(UserError, match=r"absent: does not exist(?s:.)*https://127.0.0.1:9/: no success in 5"):
        fetch("toy")
    assert target.read_bytes() == b"older"  # what was there stays


def test_what_is_there_and_right_is_kept(toy, tmp_path):
    (tmp_path / "one").write_bytes(CONTENT)
    toy({"folder": str(tmp_path)})
    target = fetch("toy")[0]
    (tmp_path / "one").unlink()
    assert fetch("toy") == [target]  # no source is asked
    target.write_bytes(b"damaged")
    with pytest.raises(UserError):
        fetch("toy")


def test_a_folder_that_is_named_is_the_only_source(toy, tmp_path):
    (tmp_path / "good").mkdir()
    (tmp_path / "good/one").write_bytes(CONTENT)
    toy({"folder": str(tmp_path / "good")})
    with pytest.raises(UserError, match="elsewhere: does not exist"):
        fetch("toy", tmp_path / "elsewhere")


def test_a_broken_download_is_resumed(tmp_path):
    server = Server(BROKEN, 503, 429, WHOLE)
    download(server.url, tmp_path / "file", limit=10**6)
    assert (tmp_path / "file").read_bytes() == PACKED
    assert server.ranges == [None] + 3 * [f"bytes={2 * fetch_module.CHUNK}-"]


def test_a_server_without_ranges_starts_again(tmp_path):
    server = Server(BROKEN, (PACKED, None, False))
    download(server.url, tmp_path / "file", limit=10**6)
    assert (tmp_path / "file").read_bytes() == PACKED


def test_a_beginning_that_is_not_theirs_is_dropped(tmp_path):
    (tmp_path / "file").write_bytes(PACKED + b"too long")
    server = Server(416, WHOLE)
    download(server.url, tmp_path / "file", limit=10**6)
    assert (tmp_path / "file").read_bytes() == PACKED


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ([404], "404"),
        ([416] * 5, "no success in 5 attempts"),
        ([500] * 5, "no success in 5 attempts"),
        ([BROKEN] * 5, "no success in 5 attempts"),
        ([(bytes(10**6), None, True)], "more than the expected"),
    ],
)
def test_a_server_that_fails_for_good(tmp_path, script, message):
    server = Server(*script)
    with pytest.raises(SourceFailed, match=message):
        download(server.url, tmp_path / "file", limit=len(PACKED))


def stall(request):
    """Announces a body and sends half of it; then nothing comes, and the connection stays."""
    request.send_response(200)
    request.send_header("Content-Length", str(len(PACKED)))
    request.end_headers()
    request.wfile.write(PACKED[: len(PACKED) // 2])
    request.wfile.flush()
    threading.Event().wait(0.5)


def drip(request):
    """Sends a byte now and then, for ever."""
    request.send_response(200)
    request.end_headers()
    for _ in range(100):
        request.wfile.write(b"x")
        request.wfile.flush()
        threading.Event().wait(0.02)


def reset(request):
    """Resets the connection before it answers."""
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()
    request.wfile = request.rfile = io.BytesIO()


def nonsense(request):
    request.wfile.write(bytes(range(256)))


def another_range(request):
    """Answers a request for the rest with a part that begins elsewhere."""
    request.send_response(206)
    request.send_header("Content-Range", f"bytes 10-{len(PACKED) - 1}/{len(PACKED)}")
    request.send_header("Content-Length", str(len(PACKED) - 10))
    request.end_headers()
    request.wfile.write(PACKED[10:])


def packed_again(request):
    """Claims that the body is compressed for the transfer, which it is not."""
    request.send_response(200)
    request.send_header("Content-Encoding", "gzip")
    request.end_headers()
    request.wfile.write(CONTENT)


def portal(request):
    """A captive portal: every request gets a page to log in, and success as its status."""
    request.send_response(200)
    request.end_headers()
    request.wfile.write(b"<html>Please log in</html>")


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(fetch_module, "TIMEOUT", (0.2, 0.2))


@pytest.mark.parametrize("trouble", [stall, reset, nonsense, packed_again])
def test_a_server_that_recovers(tmp_path, impatient, trouble):
    server = Server(trouble, trouble, WHOLE)
    download(server.url, tmp_path / "file", limit=10**6)
    assert (tmp_path / "file").read_bytes() == PACKED


@pytest.mark.parametrize("trouble", [stall, reset, nonsense, packed_again])
def test_a_server_that_never_recovers(tmp_path, impatient, trouble):
    with pytest.raises(SourceFailed, match="no success in 5 attempts"):
        download(Server(*5 * [trouble]).url, tmp_path / "file", limit=10**6)


def test_a_server_that_is_too_slow_for_good(tmp_path, monkeypatch):
    monkeypatch.setattr(fetch_module, "DEADLINE", 0.1)
    monkeypatch.setattr(fetch_module, "CHUNK", 1)
    with pytest.raises(SourceFailed, match="too slow"):
        download(Server(drip).url, tmp_path / "file", limit=10**6)


@pytest.mark.parametrize("trouble", [portal, another_range])
def test_a_wrong_answer_never_reaches_the_cache(toy, cache, monkeypatch, trouble):
    script = [trouble] if trouble is portal else [BROKEN, trouble]
    server = Server(*script)
    toy({"url": "https://example.org/"})
    original = fetch_module._from_url
    monkeypatch.setattr(fetch_module, "_from_url", lambda base, *rest: original(server.url, *rest))
    with pytest.raises(UserError, match=r"damaged, cut short, or not a gzip file"):
        fetch("toy")
    assert list(cache.rglob("*")) == [cache / "toy"]


def test_a_data_set_over_http(toy, cache, monkeypatch):
    server = Server(BROKEN, WHOLE)
    toy({"url": "https://example.org/"})
    original = fetch_module._from_url
    monkeypatch.setattr(fetch_module, "_from_url", lambda base, *rest: original(server.url, *rest))
    assert fetch("toy")[0].read_bytes() == CONTENT
    assert [path.name for path in cache.rglob("*")] == ["toy", "one"]


def test_a_full_disk_is_one_message_and_leaves_nothing(toy, cache, tmp_path, monkeypatch):
    (tmp_path / "one").write_bytes(CONTENT)
    toy({"folder": str(tmp_path)})

    def full(path, content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UserError, match=r"No space left on device.*RANKCOLLAPSE_CACHE"):
        fetch("toy")
    assert list(cache.rglob("*")) == [cache / "toy"]


@pytest.mark.parametrize("how", ["settings", "argument"])
def test_a_path_below_ones_home(toy, cache, tmp_path, monkeypatch, how):
    """No shell has seen the path of a settings file, or one in quotes."""
    toy()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home/data").mkdir(parents=True)
    (tmp_path / "home/data/one").write_bytes(CONTENT)
    if how == "settings":
        monkeypatch.setenv("RANKCOLLAPSE_DATA_FROM", '{"toy": "~/data"}')
    [made] = fetch("toy", Path("~/data") if how == "argument" else None)
    assert made.read_bytes() == CONTENT
    made.unlink()
    with pytest.raises(UserError, match="~nobody-of-that-name/data: does not exist"):
        fetch("toy", Path("~nobody-of-that-name/data"))
