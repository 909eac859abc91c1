"""The numbers of Figure 5."""

import pandas as pd
from support.training_frames import of_vgg

from rankcollapse.experiments.components import numbers as components_numbers


def test_step_sizes_at_the_edge_and_diverged_networks_are_counted():
    frames = of_vgg()
    training = frames["components.training"].assign(dataset="fashion-mnist-mini", augmentation=True)
    sizes = (
        training["normalization"].map({"none": 0.1, "full": 0.3}).mask(training["initialization"] == "one_signed", 1.0)
    )
    training["step_size"] = sizes
    training["diverged"] = (training["normalization"] == "none") & (training["seed"] < 3)
    search = training.assign(phase="search", diverged=True)
    for grid, edge in (([0.1, 0.3, 1.0], "2"), ([0.03, 0.1, 0.3, 1.0], "1"), ([0.03, 0.1, 0.3, 1.0, 3.0], "0")):
        searched = pd.concat([search.assign(step_size=size) for size in grid])
        found = components_numbers.numbers(
            frames
            | {"components.depths": frames["components.blocks"], "components.training": pd.concat([searched, training])}
        )
        assert [found[f"components.{name}"] for name in ("edge", "cells", "diverged", "networks")] == [
            edge,
            "3",
            "3",
            "12",
        ]
