"""Gradients and Jacobians of chains against autograd through whole networks, and against the laws."""

import math

import pytest
import torch

from rankcollapse.theory.closed_forms import bn_gradient_growth
from rankcollapse.theory.gradients import Chain, Network
from rankcollapse.theory.propagation import draw_weights

NETWORKS = [
    Network("relu", "full"),
    Network("identity", "scale", "orthogonal"),
    Network("tanh", "center", "xavier"),
    Network("relu", "none", gamma=0.5),
]


def chain_of(network, *, chains=2, width=5, samples=4, layers=6, thin=False):
    draw = torch.Generator().manual_seed(0)
    H = torch.randn(chains, width, samples, generator=draw, dtype=torch.float64)
    return Chain(H, layers, network, draw, thin=thin)


@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_the_way_back_is_autograd_through_the_whole_network(network):
    chain = chain_of(network)
    H = chain.states[0].clone().requires_grad_()
    state = H
    for layer in range(6):
        state = network.layer(state, chain.weights(layer))
        torch.testing.assert_close(state, chain.states[layer + 1])  # the layer is that of `propagate`
    cotangent = torch.randn(state.shape, generator=torch.Generator().manual_seed(1), dtype=state.dtype)
    [gradient] = torch.autograd.grad((state * cotangent).sum(), H)
    logs = chain.log_gradients(cotangent)
    assert logs.shape == (7, 2)
    torch.testing.assert_close(logs[0], torch.linalg.matrix_norm(gradient).log())
    torch.testing.assert_close(logs[-1], torch.linalg.matrix_norm(cotangent).log())


@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_ranks_are_those_of_the_jacobian(network):
    chain = chain_of(network, chains=1)

    def states(H):
        for layer in range(3):
            H = network.layer(H, chain.weights(layer))
        return H

    J = torch.autograd.functional.jacobian(states, chain.states[0]).view(20, 20)
    assert int(chain.jacobian_ranks()[2, 0]) == int(torch.linalg.matrix_rank(J))


def test_a_thousand_layers_do_not_overflow():
    chain = chain_of(Network("identity", "none"), layers=1000)
    logs = chain.log_gradients(torch.ones(2, 5, 4, dtype=torch.float64))
    assert logs.isfinite().all()
    assert logs[0].min() > 400  # far above what a norm in double precision could hold when squared


@pytest.mark.parametrize(
    ("network", "samples"),
    [(Network("identity", "full"), 8), (Network("identity", "scale"), 8), (Network("relu", "full"), 16)],
)
def test_squared_gradients_grow_by_the_law_in_thin_and_whole_chains(network, samples):
    law = math.log(bn_gradient_growth(network.activation, network.normalization, samples))
    for thin, width in ((True, 1024), (False, 256)):
        chain = chain_of(network, chains=6, width=width, samples=samples, layers=40, thin=thin)
        logs = 2 * chain.log_gradients(torch.randn(6, width, samples, dtype=torch.float64))
        growth = (logs[10] - logs[37]) / 27
        assert abs(growth.mean() - law) < 4 * growth.std() / 6**0.5 + 24 * law / width  # of order 1/d below it


def test_a_thin_way_back_has_the_law_of_the_whole_one():
    network, cotangent = Network("relu", "full"), torch.ones(4000, 6, 3, dtype=torch.float64)
    cotangent[:, 0, 0] = 3.0
    means = []
    for thin in (True, False):
        logs = chain_of(network, chains=4000, width=6, samples=3, layers=1, thin=thin).log_gradients(cotangent)[0]
        logs = logs[logs.isfinite()]
        means.append((logs.mean(), logs.std() / len(logs) ** 0.5))
    (thin, one), (whole, other) = means
    assert abs(thin - whole) < 4 * math.hypot(one, other)


def test_growth_for_large_batches():
    assert bn_gradient_growth("relu", "full", 10**7) == pytest.approx(math.pi / (math.pi - 1), rel=1e-6)
    assert bn_gradient_growth("identity", "full", 8) == pytest.approx(6 / 5)
    assert bn_gradient_growth("identity", "scale", 8) == pytest.approx(7 / 6)


def test_orthogonal_weights_are_orthogonal_and_of_haars_law():
    draw = torch.Generator().manual_seed(0)
    W = draw_weights(torch.empty(5000, 3, 3), "orthogonal", draw)
    torch.testing.assert_close(W @ W.mT, 3 * torch.eye(3).expand(5000, 3, 3), atol=1e-5, rtol=0)
    assert (W.mean(0).abs() < 4 / 5000**0.5).all()  # without the signs of R the diagonal would have a mean
    tall = draw_weights(torch.empty(4, 2), "orthogonal", draw)
    torch.testing.assert_close(tall.mT @ tall, 4 * torch.eye(2), atol=1e-5, rtol=0)
