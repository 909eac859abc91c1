"""Variants: copies that differ in one thing, and leave the model as it is."""

import math

import pytest
import torch
from support.untouched import unchanged
from torch import nn

from rankcollapse.errors import UserError
from rankcollapse.probe.variants import VARIANTS, variant

IMAGES = torch.randn(16, 3, 8, 8, generator=torch.Generator().manual_seed(1))


def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(128, 32), nn.ReLU(),
        nn.Linear(32, 4),
    )  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(VARIANTS) - {"no_normalization"}))
def test_a_variant_runs_and_the_model_stays(name):
    model = network()
    with unchanged(model):
        other = variant(model, name, IMAGES)
    assert other(IMAGES).shape == (16, 4)
    assert {"0", "2", "5", "7"} <= {path for path, _ in other.named_modules()}


def test_initializations_have_their_variance_and_zero_biases():
    for name, gain in (("he_normal", 2 / 128), ("glorot_normal", 2 / (128 + 32))):
        layer = variant(network(), name, IMAGES)[5]
        assert layer.weight.var().item() == pytest.approx(gain, rel=0.1)
        assert not layer.bias.any()
    weight = variant(network(), "orthogonal", IMAGES)[5].weight
    assert torch.allclose(weight @ weight.T, torch.eye(32), atol=1e-5)


def test_batch_norm_follows_all_linear_layers_but_the_last():
    other = variant(network(), "batch_norm", IMAGES)
    kinds = [type(other[k][1]).__name__ if isinstance(other[k], nn.Sequential) else None for k in (0, 2, 5, 7)]
    assert kinds == ["BatchNorm2d", "BatchNorm2d", "OverFeatures", None]
    bare = variant(other, "no_normalization", IMAGES)
    assert torch.allclose(bare(IMAGES), network()(IMAGES))
    with pytest.raises(UserError, match="has batch normalization already"):
        variant(other, "batch_norm", IMAGES)
    with pytest.raises(UserError, match="no normalization layer"):
        variant(network(), "no_normalization", IMAGES)


def test_batch_norm_of_sequences_is_over_all_positions():
    model = nn.Sequential(nn.Linear(6, 6), nn.Linear(6, 6))
    batch = 5 + 3 * torch.randn(8, 7, 6)
    states = variant(model, "batch_norm", batch)[0](batch)
    assert states.shape == (8, 7, 6)
    assert states.mean((0, 1)).abs().max() < 1e-5
    assert math.isclose(states.var(correction=0).item(), 1, rel_tol=1e-3)


def test_there_is_no_such_variant():
    with pytest.raises(UserError, match="no variant 'he'; there are he_normal, "):
        variant(network(), "he", IMAGES)
    with pytest.raises(UserError, match="nothing around it"):
        variant(nn.LayerNorm(8), "no_normalization", IMAGES)
