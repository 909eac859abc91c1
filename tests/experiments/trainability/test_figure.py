"""Figure 1 shows the means."""

import math

import pytest
from support.figures import shown
from support.trainability_frames import frames

from rankcollapse.experiments.trainability.figure import draw
from rankcollapse.statistics.intervals import mean_interval


def test_the_figure_shows_the_means():
    left, right = draw(frames()).axes
    lines = {line.get_label(): line for line in left.get_lines()}
    assert list(lines["original, read off"].get_ydata()) == [125, 34]
    accuracy = shown(right)["vanilla"]
    assert list(accuracy) == [0, 8, 16]
    for (mean, *ends), value in zip(accuracy.values(), (0.9, 0.6, 0.1), strict=True):
        expected = mean_interval([value, value + 0.01, value + 0.02])
        assert (mean, *ends) == pytest.approx(expected[:3])
    assert [mean for mean, *_ in shown(left)["BN"].values()] == [91, 81, 101]
    assert math.isclose(left.get_ylim()[0], 0)
