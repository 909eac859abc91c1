"""Figure 1 shows the means."""

import math

import pytest
from support.figures import shown
from support.trainability_frames import frames

from rankcollapse.experiments.trainability.figure import draw
from rankcollapse.statistics.intervals import SHARE, mean_interval, rank_bounds


def test_the_figure_shows_the_means():
    left, right = draw(frames()).axes
    lines = {line.get_label(): line for line in left.get_lines()}
    assert list(lines["original, read off"].get_ydata()) == [125, 34]
    accuracy = shown(right)["vanilla"]
    assert list(accuracy) == [0, 8, 16]
    for found, value in zip(accuracy.values(), (0.9, 0.6, 0.1), strict=True):
        assert found == pytest.approx(mean_interval([value, value + 0.01, value + 0.02], SHARE)[:3])
    for found, value in zip(shown(left)["BN"].values(), (90, 80, 100), strict=True):
        assert found == pytest.approx(mean_interval([value, value + 1, value + 2], rank_bounds(128))[:3])
    assert math.isclose(left.get_ylim()[0], 0)


def test_accuracies_of_the_original_are_shown_beside_networks_of_its_data_and_steps_only():
    made = frames()
    training = made["trainability.training"]
    labels = ("vanilla, original, read off", "BN, original, read off")
    assert not {*labels} & {line.get_label() for line in draw(made).axes[1].get_lines()}
    original = made | {"trainability.training": training.assign(dataset="fashion-mnist", epochs=75)}
    lines = {line.get_label(): line.get_xydata().tolist() for line in draw(original).axes[1].get_lines()}
    assert lines[labels[0]] == [[0, 0.95], [8, 0.95], [16, 0.1]]
    assert lines[labels[1]] == [[0, 0.985]]
