"""Zip files of the same contents are the same bytes."""

import io
import zipfile

from rankcollapse.storage.archives import EPOCH, zipped

FILES = {"b/é.txt": b"one", "a.bin": bytes(1000)}


def test_a_zip_holds_its_files_in_order_and_nothing_of_when_it_was_made(monkeypatch):
    first = zipped(FILES)
    monkeypatch.setattr("time.time", lambda: 2e9)
    assert zipped(FILES) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert archive.namelist() == list(FILES)
        assert {member.date_time for member in archive.infolist()} == {EPOCH}
        assert {member.external_attr >> 16 for member in archive.infolist()} == {0o644}
    assert len(first) < 1000  # it is packed


def test_another_order_or_content_is_another_zip():
    assert zipped(dict(reversed(FILES.items()))) != zipped(FILES)
    assert zipped(FILES | {"a.bin": b"x"}) != zipped(FILES)
