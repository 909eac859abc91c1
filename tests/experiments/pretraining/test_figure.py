"""Figure 4 of networks of several depths, and of one."""

import pandas as pd
import pytest

from rankcollapse.experiments.pretraining.figure import MANY, draw


def course(depths, epochs):
    rows = [
        {
            "variant": variant, "depth": depth, "seed": seed, "step": 10 * epoch, "steps_an_epoch": 10,
            "pretraining_steps": 0, "phase": "final", "loss": 1.0, "final_accuracy": 0.5, "pixels": "unit",
        }
        for variant in ("vanilla", "pretrained", "bn")
        for depth in depths
        for seed in range(3)
        for epoch in range(1, epochs + 1)
    ]  # fmt: skip
    return {"pretraining.training": pd.DataFrame(rows)}


@pytest.mark.parametrize(("depths", "label"), [([4, 32], "hidden-to-hidden layers $h$"), ([32], "depth 32")])
def test_networks_of_one_depth_stand_beside_each_other(depths, label):
    axes = draw(course(depths, 2)).axes[2]
    assert axes.get_xlabel() == label
    curves = [tuple(line.get_xdata()) for line in axes.lines if line.get_label() != "chance"]
    if len(depths) == 1:
        assert {x for curve in curves if len(curve) == 1 for x in curve} == {0, 1, 2}
    else:
        assert curves.count(tuple(depths)) >= 3


@pytest.mark.parametrize(("epochs", "bands"), [(MANY, 0), (MANY + 1, 3)])
def test_intervals_of_many_epochs_are_bands(epochs, bands):
    left = draw(course([32], epochs)).axes[0]
    assert len([each for each in left.collections if "Poly" in type(each).__name__]) == bands
