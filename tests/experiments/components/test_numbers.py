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
    training["step_size"] = sizes.mask((training["seed"] == 4) & (sizes == 0.3), 1.0)  # of each network
    training["diverged"] = (training["normalization"] == "none") & (training["seed"] < 3)
    search = training.assign(phase="search", diverged=True)
    for grid, edge in (([0.1, 0.3, 1.0], "11"), ([0.03, 0.1, 0.3, 1.0], "6"), ([0.03, 0.1, 0.3, 1.0, 3.0], "0")):
        searched = pd.concat([search.assign(step_size=size) for size in grid])
        found = components_numbers.numbers(
            frames
            | {"components.depths": frames["components.blocks"], "components.training": pd.concat([searched, training])}
        )
        assert [found[f"components.{name}"] for name in ("edge", "diverged", "networks")] == [edge, "3", "15"]
        assert "components.cells" not in found
        sizes = [line.split(" & ")[4] for line in found["components.rows"].split("\n")]
        assert sizes == ["0.3--1", "0.1", "1"]  # in the order of the labels: BN, none, one sign
