"""The rank cells of Figure 1, against plain networks."""

import numpy as np
import pandas as pd
import pytest
import torch
from support.data import DATA
from torch import nn

from rankcollapse.datasets.load import load_training_set
from rankcollapse.experiments.trainability.cells import RankCell
from rankcollapse.experiments.trainability.rank import run
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.spectra import participation_ratio

RANK = {"dataset": DATA, "width": 32, "batch_size": 64, "depths": [0, 2, 6], "seeds": 4, "tau": 0.1}


pytestmark = pytest.mark.usefixtures("embedded_data")


def ranks(variant, **changes):
    return run(RankCell(variant=variant, **(RANK | changes)), device="cpu").to_pandas()


def plain_rank(variant, depth, seed):
    """r of the last hidden state by PyTorch's own modules, from the same random numbers."""
    images, _ = load_training_set(DATA)
    weights, batch = (generator("depth.rank", variant, purpose, seed) for purpose in ("weights", "batch"))
    X = images.flatten(1)[torch.randperm(len(images), generator=batch)[: RANK["batch_size"]]]
    for fan_in in [784] + [RANK["width"]] * depth:
        draw = torch.empty(RANK["width"], fan_in + 1).uniform_(-(fan_in**-0.5), fan_in**-0.5, generator=weights)
        X = X @ draw[:, :-1].T + draw[:, -1]
        X = torch.relu(nn.BatchNorm1d(RANK["width"])(X) if variant == "bn" else X)
    return participation_ratio(X.T).item(), np.linalg.matrix_rank(X.detach().numpy())


@pytest.mark.parametrize("variant", ["vanilla", "bn"])
def test_ranks_are_those_of_plain_networks(variant):
    frame = ranks(variant).set_index(["depth", "seed"])
    for depth in RANK["depths"]:
        for seed in (0, 3):
            ratio, numerical = plain_rank(variant, depth, seed)
            assert frame.loc[(depth, seed), "participation_ratio"] == pytest.approx(ratio, rel=1e-3)
            assert frame.loc[(depth, seed), "numerical_rank"] == pytest.approx(numerical, abs=1)


def test_a_depth_does_not_depend_on_the_other_depths_nor_a_seed_on_the_others():
    all_depths = ranks("vanilla")
    alone = ranks("vanilla", depths=[2], seeds=2)
    pd.testing.assert_frame_equal(
        all_depths[(all_depths["depth"] == 2) & (all_depths["seed"] < 2)].reset_index(drop=True), alone
    )
