"""Whether a frame of reference results is the one that would be computed now."""

from typing import Any

from rankcollapse.provenance.fingerprints import settings_hash
from rankcollapse.provenance.records import FrameRecord


def difference(
    record: FrameRecord | None, settings: list[dict[str, Any]], source_sha256: str, data: dict[str, dict[str, str]]
) -> str | None:
    """Why a frame would be another one if it were computed now, or None.

    Args:
        record: the provenance of the frame; None if there is no such frame.
        settings: of its jobs, in their order, as they would get them now.
        source_sha256: of what would compute them.
        data: sha256 of each file of each data set that they would read.
    """
    if record is None:
        return "not there"
    if record.settings_sha256 != settings_hash(settings):
        return "other settings"
    if any(cell.source_sha256 != source_sha256 for cell in record.cells):
        return "other source"
    if any(cell.data != data for cell in record.cells):
        return "other data"
    return None
