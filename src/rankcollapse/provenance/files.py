"""The provenance of frames with the hash of their files.

Not in `records`: the source of a cell includes that module, and an edit of it has every cell computed again.
"""

import hashlib
from pathlib import Path

from rankcollapse.provenance.records import FrameRecord, Manifest


class FileRecord(FrameRecord):
    """What made a frame, and which file it is in."""

    sha256: str | None = None
    """of the Parquet file; None in records of older versions"""


class FileManifest(Manifest):
    """What made a run, with the file of each frame."""

    frames: dict[str, FileRecord]


def sha256(path: Path) -> str:
    """The sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
