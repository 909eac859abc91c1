"""A frame is another one if its settings, source or data are others; and nothing else makes it one."""

import pytest
from support.manifests import IMAGES, cell, frame

from rankcollapse.provenance.fingerprints import settings_hash
from rankcollapse.provenance.reuse import difference

SETTINGS = [{"depth": 0, "step_sizes": [0.1]}, {"depth": 2, "step_sizes": [0.1]}]
NOW = {"settings": SETTINGS, "source_sha256": 64 * "a", "data": {"fashion-mnist-mini": {"images": IMAGES}}}


def record(**changes):
    cells = [cell(settings=each, source_sha256=64 * "a", **changes) for each in SETTINGS]
    return frame(*cells).model_copy(update={"settings_sha256": settings_hash(SETTINGS)})


def test_the_same_frame_of_another_machine_and_commit():
    assert difference(record(), **NOW) is None
    assert difference(record(commit="b" * 40, processor="another", python="3.12", seconds=9.0), **NOW) is None


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ({"settings": SETTINGS[:1]}, "other settings"),
        ({"settings": SETTINGS[::-1]}, "other settings"),  # rows would be in another order
        ({"settings": [{"depth": 0, "step_sizes": [0.1]}, {"depth": 4, "step_sizes": [0.1]}]}, "other settings"),
        ({"source_sha256": 64 * "b"}, "other source"),
        ({"data": {}}, "other data"),
        ({"data": {"fashion-mnist-mini": {"images": 64 * "0"}}}, "other data"),
    ],
)
def test_what_makes_another_frame(now, reason):
    assert difference(record(), **(NOW | now)) == reason


def test_a_frame_that_is_not_there():
    assert difference(None, **NOW) == "not there"
