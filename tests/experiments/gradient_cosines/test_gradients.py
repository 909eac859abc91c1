"""Gradients of single samples and their cosines, against slow versions."""

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from support.data import DATA
from support.networks import CLASSES, batch, ensemble, sequential

from rankcollapse.experiments.gradient_cosines.cells import GradientCell
from rankcollapse.experiments.gradient_cosines.figure import draw
from rankcollapse.experiments.gradient_cosines.gradients import mean_absolute_cosine, per_sample_gradients, run
from rankcollapse.experiments.gradient_cosines.numbers import numbers

pytestmark = pytest.mark.usefixtures("embedded_data")


def test_per_sample_gradients_are_those_of_one_sample_at_a_time():
    network, X = ensemble(True), batch()
    labels = torch.randint(CLASSES, X.shape[:2], generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        *_, H = network.hidden_states(X)
        found = per_sample_gradients(network, H, labels)
    for member in (0, 3):
        last = sequential(network, member)[-1]
        for sample in (0, 5, 31):
            last.zero_grad()
            F.cross_entropy(last(H[member, :, sample]), labels[member, sample]).backward()
            torch.testing.assert_close(found[member, sample], last.weight.grad)


def test_cosines_are_those_of_all_pairs():
    vectors = torch.randn(2, 5, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    pairs_of = [(i, j) for i in range(5) for j in range(i)]
    for member in range(2):
        expected = [abs(F.cosine_similarity(vectors[member, i], vectors[member, j], dim=0)) for i, j in pairs_of]
        assert mean_absolute_cosine(vectors)[member] == pytest.approx(np.mean(expected))
    line = torch.tensor([[1.0], [-2.0], [3.0]]) * torch.tensor([1.0, 5.0, -2.0])
    assert mean_absolute_cosine(line * 1e-30) == pytest.approx(1, abs=1e-5)  # rank one, however small


def test_cosines_of_random_networks():
    settings = {"dataset": DATA, "width": 32, "batch_size": 40, "depths": [0, 16], "seeds": 3}
    cells = [GradientCell(variant=variant, **settings) for variant in ("vanilla", "bn")]
    frame = pd.concat(run(cell, device="cpu").to_pandas() for cell in cells)
    mean = frame.groupby(["variant", "depth"])["unit_cosine"].mean()
    assert mean["vanilla", 16] > 0.999 > mean["vanilla", 0] > mean["bn", 16]
    assert draw({"gradient_cosines.gradients": frame})
    assert numbers({"gradient_cosines.gradients": frame})["gradient_cosines.deepest"] == "16"
