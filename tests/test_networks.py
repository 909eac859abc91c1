"""The batched ensemble against `nn.Sequential`, one network at a time."""

import pytest
import torch
from torch import nn

from rankcollapse.initialization import torch_default
from rankcollapse.networks import hidden_states, logits, mlp
from rankcollapse.normalization import batch_norm
from rankcollapse.seeding import generator

INPUTS, WIDTH, DEPTH, CLASSES, MEMBERS, N = 20, 16, 3, 5, 4, 32


def ensemble(normalized, members=range(MEMBERS), depth=DEPTH):
    generators = [generator("test", member) for member in members]
    return mlp(INPUTS, WIDTH, depth, CLASSES, normalized=normalized, generators=generators)


def sequential(layers, member):
    """The same network by PyTorch's own modules, in training mode."""
    modules = []
    for layer in layers:
        linear = nn.Linear(layer.weight.shape[2], layer.weight.shape[1])
        linear.weight.data, linear.bias.data = layer.weight[member].clone(), layer.bias[member, :, 0].clone()
        modules.append(linear)
        if layer is not layers[-1]:
            modules += [nn.BatchNorm1d(WIDTH)] if layer.gain is not None else []
            modules.append(nn.ReLU())
    return nn.Sequential(*modules)


def batch(seed=0):
    return torch.randn(MEMBERS, INPUTS, N, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("normalized", [False, True])
def test_outputs_and_gradients_match_plain_networks(normalized):
    layers, X = ensemble(normalized), batch()
    parameters = [p.requires_grad_() for layer in layers for p in layer if p is not None]
    scores = logits(layers, X)
    weights = torch.randn(scores.shape, generator=torch.Generator().manual_seed(1))
    gradients = torch.autograd.grad((scores * weights).sum(), parameters)
    for member in range(MEMBERS):
        network = sequential(layers, member)
        plain = network(X[member].T).T
        torch.testing.assert_close(scores[member], plain, rtol=1e-5, atol=1e-5)
        (plain * weights[member]).sum().backward()
        plain_gradients = [p.grad for p in network.parameters()]
        batched = [gradient[member].squeeze(-1) for gradient in gradients]
        for ours, theirs in zip(batched, plain_gradients, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("normalized", [False, True])
def test_a_member_does_not_depend_on_the_others(normalized):
    together = logits(ensemble(normalized), batch())
    alone = logits(ensemble(normalized, members=[2]), batch()[2:3])
    assert torch.equal(together[2:3], alone)


def test_hidden_states_are_those_of_every_depth():
    layers, X = ensemble(True), batch()
    states = list(hidden_states(layers, X))
    assert [tuple(state.shape) for state in states] == [(MEMBERS, WIDTH, N)] * (DEPTH + 1)
    shallow = list(hidden_states([*layers[:2], layers[-1]], X))  # the same first layers, less depth
    assert torch.equal(states[1], shallow[-1])
    for state in states:
        assert (state >= 0).all()


def test_batch_norm_centres_and_scales_each_unit_over_the_batch():
    H = 3 + 2 * torch.randn(MEMBERS, WIDTH, 1000, generator=torch.Generator().manual_seed(0))
    gain, shift = torch.full((MEMBERS, WIDTH, 1), 1.5), torch.full((MEMBERS, WIDTH, 1), -0.5)
    out = batch_norm(H, gain, shift)
    torch.testing.assert_close(out.mean(-1, keepdim=True), shift, rtol=0, atol=1e-5)
    torch.testing.assert_close(out.var(-1, correction=0, keepdim=True), gain**2, rtol=1e-4, atol=0)
    # a unit that is constant over the batch has no variance: epsilon keeps it finite
    torch.testing.assert_close(batch_norm(torch.ones_like(H), gain, shift), shift.expand_as(H))


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


def test_generators_are_told_apart_by_any_part_of_their_key():
    keys = [("a", 1), ("a", 2), ("b", 1), ("a", 1, 0), ("a", "1")]
    draws = {torch.rand(1, generator=generator(*key)).item() for key in keys}
    assert len(draws) == len(keys)
    assert torch.rand(1, generator=generator("a", 1)) == torch.rand(1, generator=generator("a", 1))
