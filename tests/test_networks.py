"""The batched ensemble against `nn.Sequential`, one network at a time."""

import pytest
import torch
from torch import nn

from rankcollapse.initialization import glorot_normal, one_signed, torch_default
from rankcollapse.networks import MLP, join, mlp
from rankcollapse.normalization import normalized_linear
from rankcollapse.seeding import generator

INPUTS, WIDTH, DEPTH, CLASSES, MEMBERS, N = 20, 16, 3, 5, 4, 32


def ensemble(normalized, members=range(MEMBERS), depth=DEPTH, activation="relu"):
    generators = [generator("test", member) for member in members]
    return mlp(INPUTS, WIDTH, depth, CLASSES, normalized=normalized, generators=generators, activation=activation)


def sequential(network, member):
    """The same network by PyTorch's own modules, in training mode."""
    modules = []
    for layer in network.layers:
        linear = nn.Linear(layer.weight.shape[2], layer.weight.shape[1], bias=layer.bias is not None)
        linear.weight.data = layer.weight[member].detach().clone()
        if layer.bias is not None:
            linear.bias.data = layer.bias[member, :, 0].detach().clone()
        modules.append(linear)
        if layer is not network.layers[-1]:
            if layer.gain is not None:
                modules.append(nn.BatchNorm1d(layer.gain.shape[1]))
                for parameter, values in ((modules[-1].weight, layer.gain), (modules[-1].bias, layer.shift)):
                    parameter.data = values[member, :, 0].detach().clone()
            modules.append({"relu": nn.ReLU(), "tanh": nn.Tanh(), "identity": nn.Identity()}[network.activation])
    return nn.Sequential(*modules)


def batch(seed=0):
    return torch.randn(MEMBERS, N, INPUTS, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("activation", ["relu", "tanh", "identity"])
@pytest.mark.parametrize("normalized", [False, True])
def test_outputs_and_gradients_match_plain_networks(normalized, activation):
    ours, X = ensemble(normalized, activation=activation), batch()
    parameters = [p.requires_grad_() for p in ours.parameters()]
    scores = ours.logits(X)
    weights = torch.randn(scores.shape, generator=torch.Generator().manual_seed(1))
    gradients = torch.autograd.grad((scores * weights).sum(), parameters)
    for member in range(MEMBERS):
        network = sequential(ours, member)
        plain = network(X[member]).T
        torch.testing.assert_close(scores[member], plain, rtol=1e-5, atol=1e-5)
        (plain * weights[member]).sum().backward()
        plain_gradients = [p.grad for p in network.parameters()]
        batched = [gradient[member].squeeze(-1) for gradient in gradients]
        for found, expected in zip(batched, plain_gradients, strict=True):
            torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("normalized", [False, True])
def test_a_member_does_not_depend_on_the_others(normalized):
    together = ensemble(normalized).logits(batch())
    alone = ensemble(normalized, members=[2]).logits(batch()[2:3])
    assert torch.equal(together[2:3], alone)


def test_hidden_states_are_those_of_every_depth():
    network, X = ensemble(True), batch()
    states = list(network.hidden_states(X))
    assert [tuple(state.shape) for state in states] == [(MEMBERS, WIDTH, N)] * (DEPTH + 1)
    shallow = list(MLP([*network.layers[:2], network.layers[-1]]).hidden_states(X))  # the same first layers, less depth
    assert torch.equal(states[1], shallow[-1])
    for state in states:
        assert (state >= 0).all()


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


def test_selected_and_joined_members_are_copies():
    one, other = ensemble(True, [0, 1]), ensemble(True, [2])
    joined = join([one, other]).select([2, 0, 2])
    X = batch()[:3]
    expected = torch.cat([ensemble(True, [member]).logits(X[n : n + 1]) for n, member in enumerate([2, 0, 2])])
    assert torch.equal(joined.logits(X), expected)
    joined.layers[0].weight.zero_()
    assert other.layers[0].weight.abs().min() > 0


def test_parts_share_the_memory_of_the_whole():
    network = ensemble(False)
    parts = network.parts(3)
    assert [group for group, _ in parts] == [slice(0, 3), slice(3, 6)]
    assert torch.equal(torch.cat([part.logits(batch()[group]) for group, part in parts]), network.logits(batch()))
    with torch.no_grad():
        parts[1][1].layers[0].weight.zero_()
    assert network.layers[0].weight[3].abs().max() == 0


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


def test_generators_are_told_apart_by_any_part_of_their_key():
    keys = [("a", 1), ("a", 2), ("b", 1), ("a", 1, 0), ("a", "1")]
    draws = {torch.rand(1, generator=generator(*key)).item() for key in keys}
    assert len(draws) == len(keys)
    assert torch.rand(1, generator=generator("a", 1)) == torch.rand(1, generator=generator("a", 1))
