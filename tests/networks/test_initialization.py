"""The laws of the weights at initialization."""

from typing import get_args

import pytest
import torch
from torch import nn

from rankcollapse.networks.initialization import (
    INITIALIZATIONS,
    glorot_normal,
    he_normal,
    he_with_biases,
    one_signed,
    orthogonal,
    torch_default,
    torch_weights,
)
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.terms import Initialization


def test_torch_default_is_the_law_of_nn_linear():
    weight, bias = torch_default(64, 300, [generator("law", 0)])
    linear = nn.Linear(64, 300)
    bound = 64**-0.5
    for ours, theirs in ((weight, linear.weight), (bias, linear.bias)):
        assert ours.abs().max() <= bound >= theirs.abs().max()
        assert ours.abs().max() > 0.9 * bound
    # uniform: variance bound²/3; 19,200 draws, six standard errors of the variance of a uniform
    tolerance = 6 * (4 / 45) ** 0.5 * bound**2 / weight.numel() ** 0.5
    assert weight.var().item() == pytest.approx(bound**2 / 3, abs=tolerance)
    assert linear.weight.var().item() == pytest.approx(bound**2 / 3, abs=tolerance)


def test_one_signed_weights_have_the_variance_of_the_default():
    weight, bias = one_signed(64, 300, [generator("law", 0)])
    assert 0 <= min(weight.min(), bias.min()) <= max(weight.max(), bias.max()) <= 2 * 64**-0.5
    # uniform on [0, 2a]: mean a, variance a²/3; six standard errors
    a, n = 64**-0.5, weight.numel()
    assert weight.mean().item() == pytest.approx(a, abs=6 * a / (3 * n) ** 0.5)
    assert weight.var().item() == pytest.approx(a**2 / 3, abs=6 * (4 / 45) ** 0.5 * a**2 / n**0.5)


def test_glorot_normal_has_its_deviation_and_no_bias():
    weight, bias = glorot_normal(64, 300, [generator("law", 0)])
    assert bias.abs().max() == 0
    variance, n = 2 / 364, weight.numel()
    assert weight.mean().item() == pytest.approx(0, abs=6 * (variance / n) ** 0.5)
    assert weight.var().item() == pytest.approx(variance, abs=6 * variance * (2 / n) ** 0.5)


def test_he_normal_keeps_the_mean_square_through_relu():
    weight, bias = he_normal(2000, 500, [generator("law", 0)])
    H = torch.randn(2000, 64, generator=torch.Generator().manual_seed(0)).relu()
    assert bias.abs().max() == 0
    # 32,000 sums of 2,000 squares of variance (2/2000)²: correlated by columns; six standard errors are below 10%
    assert (weight[0] @ H).relu().square().mean().item() == pytest.approx(H.square().mean().item(), rel=0.1)


def test_weights_and_biases_are_those_of_the_laws_that_they_come_from():
    def drawn(law):
        return law(64, 300, [generator("law", 0)])

    assert torch.equal(drawn(torch_weights)[0], drawn(torch_default)[0])
    assert drawn(torch_weights)[1].abs().max() == 0
    weight, bias = drawn(he_with_biases)
    assert torch.equal(weight, drawn(he_normal)[0])
    assert 0.9 * 64**-0.5 < bias.abs().max() <= 64**-0.5  # 300 draws


@pytest.mark.parametrize(("fan_in", "fan_out"), [(12, 12), (20, 12), (12, 20)])
def test_orthogonal_weights(fan_in, fan_out):
    weight, bias = orthogonal(fan_in, fan_out, [generator("law", 0)])
    gram = weight[0] @ weight[0].T if fan_out <= fan_in else weight[0].T @ weight[0]
    torch.testing.assert_close(gram, 2 * torch.eye(len(gram)), atol=1e-5, rtol=0)
    assert bias.abs().max() == 0


def test_settings_name_every_law():
    assert list(INITIALIZATIONS) == list(get_args(Initialization))


@pytest.mark.parametrize("law", INITIALIZATIONS.values(), ids=INITIALIZATIONS)
def test_a_members_weights_are_those_of_its_generator_alone(law):
    together = law(6, 4, [generator("law", member) for member in range(3)])
    alone = law(6, 4, [generator("law", 1)])
    assert [tuple(part.shape) for part in together] == [(3, 4, 6), (3, 4, 1)]
    assert all(torch.equal(part[1:2], own) for part, own in zip(together, alone, strict=True))
