"""The predicted numerical rank against Monte Carlo, and its parts against closed forms."""

import math

import numpy as np
import pytest
import torch
from support.data import DATA

from rankcollapse.datasets.load import load_training_set
from rankcollapse.networks.mlp import mlp
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.rank_prediction import VARIANCES, predicted_ranks, relu_covariance
from rankcollapse.theory.spectra import numerical_rank, rescaled

DEPTHS = [0, 2, 4, 6, 8, 10, 12, 14, 24]


@pytest.fixture
def batches(embedded_data):
    images, _ = load_training_set(DATA)
    numbers = [torch.randperm(len(images), generator=generator("prediction", seed))[:128] for seed in range(4)]
    return images.flatten(1)[torch.stack(numbers)]


def measured(batches, law, width):
    streams = [generator("prediction", "weights", seed) for seed in range(len(batches))]
    network = mlp(784, width, max(DEPTHS), 10, normalized=False, generators=streams, initialization=law)
    ranks = [numerical_rank(rescaled(H)) for H in network.hidden_states(batches)]
    return torch.stack([ranks[depth] for depth in DEPTHS]).double().mean(1).numpy()


def predicted(batches, law, width):
    gain, bias = VARIANCES[law]
    found = [predicted_ranks(X.T.double().numpy(), width, DEPTHS, gain=gain, bias=bias) for X in batches]
    return np.mean(found, axis=0)


@pytest.mark.parametrize("width", [64, 128])
def test_the_default_network_loses_its_rank_as_predicted(batches, width):
    """Within a twentieth of the batch at every depth, and rank one from the same depth on."""
    found, expected = measured(batches, "torch_default", width), predicted(batches, "torch_default", width)
    assert found == pytest.approx(expected, abs=128 / 20)
    assert (found[DEPTHS.index(14) :] == 1).all()
    assert (expected[DEPTHS.index(14) :] == 1).all()
    assert found[DEPTHS.index(8)] > 10  # not before


def test_without_biases_no_collapse_is_predicted_nor_measured(batches):
    """Nor is it as exact: at these depths the prediction is above the measured rank by up to a quarter of it."""
    for law in ("torch_weights", "he_normal"):
        found, expected = measured(batches, law, 128), predicted(batches, law, 128)
        assert found[-1] > 64
        assert (expected > 0.95 * found).all()
        assert (expected < 1.3 * found).all()


def test_no_scale_matters_without_biases(batches):
    X = batches[0].T.double().numpy()
    ranks = [predicted_ranks(X, 64, DEPTHS, gain=gain, bias=0.0) for gain in (1e-6, 1 / 3, 2.0)]
    assert ranks[0] == ranks[1] == ranks[2]


def test_relu_covariance_is_that_of_gaussian_draws():
    K = np.array([[1.0, 0.6, -0.3], [0.6, 2.0, 0.2], [-0.3, 0.2, 0.5]])
    draws = np.random.default_rng(0).multivariate_normal(np.zeros(3), K, size=400_000).clip(0)
    products = draws[:, :, None] * draws[:, None, :]
    errors = products.std(0) / math.sqrt(len(draws))
    assert (np.abs(relu_covariance(K) - products.mean(0)) < 5 * errors).all()


def test_orthogonal_samples_in_a_linear_regime():
    """With biases that swamp the signal half of the units are dead, so that half of the width bounds the rank."""
    X = 1e-3 * np.eye(40)
    assert predicted_ranks(X, 40, [1], gain=1 / 3, bias=1 / 3)[0] == pytest.approx(20, abs=1)
