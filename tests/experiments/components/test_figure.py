"""Figure 5 shows the logarithm of rank, and leaves out what has none."""

import math

import numpy as np
import pandas as pd
import pytest
from support.figures import labels, shown
from support.training_frames import of_vgg

from rankcollapse.experiments.components.figure import draw
from rankcollapse.statistics.intervals import mean_interval


def frames(**changes):
    """The frames of Figure 5; of the networks with BN one has another rank."""
    found = of_vgg(**changes)
    found["components.training"]["steps_an_epoch"] = 2
    blocks = found["components.blocks"]
    other = (blocks["normalization"] == "full") & (blocks["initialization"] == "torch_default") & (blocks["seed"] == 3)
    blocks["participation_ratio"] = blocks["participation_ratio"].mask(other, 1.017)
    return found | {"components.depths": blocks}


def logarithms(*values):
    """Mean of logarithms and its interval, as values."""
    return [10**end for end in mean_interval([math.log10(value) for value in values])[:3]]


def test_rank_by_block_is_a_mean_of_logarithms():
    through, _, scatter, _ = draw(frames(none=(1, 1 + 1e-9, 0.1))).axes
    found = shown(through, labels(scatter) | labels(through))
    assert set(found) == {"none", "BN", "BN, one sign"}
    for block in (1, 2):
        mean, *ends = found["none"][block]
        assert mean == pytest.approx(1e-7)  # cannot be told from rank one
        assert np.isnan(ends).all()  # nor do equal values tell an interval
    assert found["BN"][2] == pytest.approx(logarithms(1.7, 1.7, 1.7, 0.017, 1.7))


def test_states_that_are_not_finite_are_left_out_of_the_blocks_and_their_network_of_the_depths():
    made = frames()
    blocks = made["components.blocks"]
    of_bn = (blocks["normalization"] == "full") & (blocks["initialization"] == "torch_default")
    for lost, left in ((of_bn & (blocks["seed"] == 3), [1, 2]), (of_bn, [1])):
        ratio = blocks["participation_ratio"].mask(lost & (blocks["block"] == 2))
        blocks = blocks.assign(participation_ratio=ratio)
        through, _, scatter, deep = draw(made | {"components.blocks": blocks, "components.depths": blocks}).axes
        names = labels(scatter) | labels(through)
        found = shown(through, names)["BN"]
        assert list(found) == left
        assert set(shown(deep, names)) == {"none", "BN, one sign"}
    assert found[1] == pytest.approx(logarithms(1.7, 1.7, 1.7, 0.017, 1.7))


def test_the_course_of_training_leaves_out_the_search_and_what_has_diverged():
    made = frames()
    training = made["components.training"]
    searched = training.assign(phase="search", loss=0.0)
    lost = training.assign(loss=training["loss"].mask((training["seed"] == 0) & (training["normalization"] == "none")))
    lost["loss"] += lost["seed"] / 100
    _, losses, scatter, _ = draw(made | {"components.training": pd.concat([searched, lost])}).axes
    found = shown(losses, labels(losses) | labels(scatter))
    for name, loss, seeds in (("BN", 0.7, (0, 1, 2, 3, 4)), ("none", 2.1, (1, 2, 3, 4))):
        assert list(found[name]) == [2.5]
        assert found[name][2.5] == pytest.approx(mean_interval([loss + seed / 100 for seed in seeds])[:3])
