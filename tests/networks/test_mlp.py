"""The batched ensemble against `nn.Sequential`, one network at a time."""

from dataclasses import replace
from typing import get_args

import pytest
import torch
from support.networks import DEPTH, MEMBERS, WIDTH, N, batch, ensemble, sequential
from torch import nn

from rankcollapse.networks.mlp import ACTIVATIONS, MLP, join, mlp
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.terms import Activation


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


@pytest.mark.parametrize("wiring", ["residual", "layer_norm"])
def test_other_wirings_match_plain_modules(wiring):
    ours, X = replace(ensemble(False), wiring=wiring), batch()
    for member in range(MEMBERS):
        first, *others = sequential(ours, member)[::2][:-1]  # the linear layers, without the classifier
        H = first(X[member])
        norm = nn.LayerNorm(WIDTH, elementwise_affine=False)
        H = norm(H).relu() if wiring == "layer_norm" else H
        for layer in others:
            H = norm(layer(H)).relu() if wiring == "layer_norm" else H + layer(H.relu()) / DEPTH**0.5
        torch.testing.assert_close(ours.hidden_state(X, DEPTH + 1)[member], H.T, rtol=1e-4, atol=1e-5)
    assert ours.backpropagation({}) is None  # autograd's
    assert join([ours, ours]).wiring == ours.select([0]).wiring == wiring


def test_batch_normalization_is_for_plain_wiring():
    streams = [generator("mlp", 0)]
    with pytest.raises(ValueError, match="batch normalization needs the wiring plain"):
        mlp(4, 4, 1, 2, normalized=True, generators=streams, wiring="residual")
    with pytest.raises(ValueError, match="wiring must be one of"):
        mlp(4, 4, 1, 2, normalized=False, generators=streams, wiring="dense")


def test_settings_name_every_activation():
    assert set(ACTIVATIONS) == set(get_args(Activation))
