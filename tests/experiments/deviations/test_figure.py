"""The figure of the deviations shows distances from the thresholds."""

from dataclasses import replace

import pytest
from support.deviation_frames import frames, rows

from rankcollapse.experiments.deviations import figure
from rankcollapse.experiments.deviations.figure import draw
from rankcollapse.experiments.deviations.summary import Deviation
from rankcollapse.statistics.intervals import Interval


def test_the_figure_shows_distances_from_the_thresholds():
    found, (top, bottom) = rows(), draw(frames()).axes
    assert [len(axes.get_yticklabels()) for axes in (top, bottom)] == [13, 12]
    for axes in (top, bottom):
        for place, label in enumerate(axes.get_yticklabels()):
            shown = found[label.get_text().partition(" ")[0]]
            sign = 1 if shown.relation == ">=" else -1
            for shift, side in ((-0.15, shown.ours), (0.15, shown.theirs)):
                [line] = [bars.lines[0] for bars in axes.containers if bars.lines[0].get_ydata()[0] == place + shift]
                assert line.get_xdata()[0] == pytest.approx(sign * (side.estimate - shown.threshold))
                [ends] = [bars.lines[1] for bars in axes.containers if bars.lines[0] is line]
                expected = sorted(sign * (end - shown.threshold) for end in (side.low, side.high))
                assert [end.get_xdata()[0] for end in ends] == pytest.approx(expected)


def test_the_figure_mirrors_an_interval_that_is_not_symmetric(monkeypatch):
    made = Deviation("D4", "r", "rank", *(Interval(1.0, 0.5, 3.0, 5),) * 3, "<", 2.0, "C4", row="D4a")
    monkeypatch.setattr(figure, "deviations", lambda frames: [replace(made, quantity="accuracy"), made])
    for axes in figure.draw({}).axes:
        low, high = axes.containers[0].lines[1]
        assert [end.get_xdata()[0] for end in (low, high)] == [-1.0, 1.5]
