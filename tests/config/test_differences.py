"""Settings that differ are named, and no others."""

import pytest

from rankcollapse.config.differences import differences

BASE = {"epochs": 4, "rank": {"depths": [0, 2]}, "points": [{"width": 8}, {"width": 16}], "dataset": "a", "same": 1}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, {}),
        ({"epochs": 75}, {"epochs": ("4", "75")}),
        ({"rank": {"depths": [0, 4]}}, {"rank.depths": ("[0, 2]", "[0, 4]")}),
        ({"points": [{"width": 8}, {"width": 32}]}, {"points[1].width": ("16", "32")}),
        ({"points": [{"width": 8}]}, {"points": ("[{width: 8}, {width: 16}]", "[{width: 8}]")}),
        ({"dataset": "b", "new": True}, {"dataset": ("a", "b"), "new": ("none", "true")}),
    ],
)
def test_differences(change, found):
    assert differences(BASE, BASE | change) == found
    assert differences(BASE | change, BASE) == {name: (other, one) for name, (one, other) in found.items()}
