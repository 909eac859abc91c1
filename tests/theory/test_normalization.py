"""Normalization by its definitions, and what the name of every component says."""

from typing import get_args

import pytest
import torch
from support.convolutions import defined, states
from support.networks import INPUTS, MEMBERS, WIDTH
from torch import nn

from rankcollapse.theory.normalization import (
    normalize,
    normalize_channels,
    normalized_linear,
)
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.terms import BatchNormalization


@pytest.mark.parametrize("kind", get_args(BatchNormalization))
def test_each_normalization_does_what_its_name_says(kind):
    H = normalize(3 + 2 * torch.randn(4, 5, 400, generator=generator("n"), dtype=torch.float64), kind)
    if kind in ("center", "full"):
        assert H.mean(-1).abs().max() < 1e-12
    else:
        assert H.mean(-1).abs().min() > 0.5
    mean_square = H.square().mean(-1)
    if kind in ("scale", "full"):
        assert (mean_square - 1).abs().max() < 1e-12
    else:
        assert (mean_square - 1).abs().min() > 0.5
    assert not normalize(torch.zeros(1, 2, 3), kind).any()


def test_batch_norm_centres_and_scales_each_unit_over_the_batch():
    draw = torch.Generator().manual_seed(0)
    H = 3 + 2 * torch.randn(MEMBERS, INPUTS, 1000, generator=draw)
    weight = torch.randn(MEMBERS, WIDTH, INPUTS, generator=draw)
    gain, shift = torch.full((MEMBERS, WIDTH, 1), 1.5), torch.full((MEMBERS, WIDTH, 1), -0.5)
    out = normalized_linear(weight, H, gain, shift)
    torch.testing.assert_close(out.mean(-1, keepdim=True), shift, rtol=0, atol=1e-5)
    torch.testing.assert_close(out.var(-1, correction=0, keepdim=True), gain**2, rtol=1e-4, atol=0)
    # a unit that is constant over the batch has no variance: epsilon keeps it finite
    constant = normalized_linear(weight, torch.ones_like(H), gain, shift)
    torch.testing.assert_close(constant, shift.expand_as(constant), rtol=0, atol=1e-2)


def test_the_gradient_of_batch_norm_is_that_of_finite_differences():
    draw = torch.Generator().manual_seed(0)
    shapes = ((2, 3, 4), (2, 4, 5), (2, 3, 1), (2, 3, 1))
    arguments = [torch.randn(shape, generator=draw, dtype=torch.float64, requires_grad=True) for shape in shapes]
    assert torch.autograd.gradcheck(normalized_linear, arguments)


def moments(X, kind):
    """Mean and variance over what a normalization normalizes."""
    if kind == "layer":
        X = X.flatten(1).T
    elif kind == "group":
        X = X.unflatten(1, (-1, 8)).flatten(2).flatten(0, 1).T
    else:
        X = X.transpose(0, 1).flatten(1).T
    return X.mean(0), X.var(0, correction=0)


def check_component(kind, before, after):
    """What the name of a component says of its output, gain one and shift zero (D7: the release's does not)."""
    (mean, variance), (old_mean, old_variance) = moments(after, kind), moments(before, kind)
    zero, one = torch.zeros_like(mean), torch.ones_like(mean)
    close = {"rtol": 1e-3, "atol": 1e-5 + 1e-5 * float(old_mean.abs().max())}
    if kind == "center":  # the variance is untouched
        torch.testing.assert_close(mean, zero, **close)
        torch.testing.assert_close(variance, old_variance, **close)
    elif kind == "scale":  # the mean is scaled with the rest, not taken away
        torch.testing.assert_close(mean.square() + variance, one, **close)
        torch.testing.assert_close(mean / variance.sqrt(), old_mean / old_variance.sqrt(), rtol=1e-2, atol=1e-3)
    else:
        torch.testing.assert_close(mean, zero, rtol=0, atol=1e-4)
        torch.testing.assert_close(variance, one, rtol=1e-3, atol=0)


@pytest.mark.parametrize("kind", ["center", "scale", "full", "layer", "group"])
def test_components_of_bn_do_what_their_names_say(kind):
    gain, shift = torch.linspace(0.5, 2, 16), torch.linspace(-1, 1, 16)
    after = normalize_channels(states(), kind, torch.ones(16), torch.zeros(16))
    check_component(kind, states(), after)
    moved = normalize_channels(states(), kind, gain, shift)
    torch.testing.assert_close(moved, gain.view(-1, 1, 1) * after + shift.view(-1, 1, 1), rtol=1e-4, atol=1e-4)
    arguments = [states()[:2, :, :2, :2].double(), gain.double(), shift.double()]
    for argument in arguments:
        argument.requires_grad_()
    assert torch.autograd.gradcheck(lambda X, g, s: normalize_channels(X, kind, g, s), arguments)


def test_a_group_is_all_channels_where_eight_do_not_divide_them():
    for channels, groups in ((12, 1), (4, 1), (8, 1), (16, 2)):
        X = states()[:, :channels]
        gain, shift = torch.linspace(0.5, 2, channels), torch.linspace(-1, 1, channels)
        found = normalize_channels(X, "group", gain, shift)
        torch.testing.assert_close(found, nn.functional.group_norm(X, groups, gain, shift))
        assert torch.equal(found, normalize_channels(X, "layer", gain, shift)) == (groups == 1)


def test_an_unknown_normalization():
    with pytest.raises(ValueError, match="one of center, scale, full, layer, group, got 'fulll'"):
        normalize_channels(states(), "fulll", torch.ones(16), torch.zeros(16))


@pytest.mark.parametrize("kind", ["center", "scale", "full", "layer", "group"])
def test_statistics_are_in_single_precision_in_mixed_precision_too(kind):
    with torch.autocast("cpu", torch.bfloat16):
        after = normalize_channels((50 + states()).bfloat16(), kind, torch.ones(16), torch.zeros(16))
    expected = defined(kind, (50 + states()).bfloat16().float())
    torch.testing.assert_close(after.float(), expected, rtol=0.01, atol=0.02 * float(expected.abs().max()))
