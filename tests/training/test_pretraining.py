"""Pre-training by rank: the objective, its gradient, and what it does to networks."""

import pytest
import torch
from support import convolutions
from support.gpu import needs_gpu, on
from support.networks import INPUTS, batch, ensemble
from support.tasks import data

from rankcollapse.errors import UserError
from rankcollapse.networks.mlp import mlp
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.spectra import participation_ratio
from rankcollapse.training.pretraining import Lifting, collapse, pretrain


@pytest.mark.parametrize("shape", [(3, 8, 5), (3, 5, 8), (1, 4, 4)])
@pytest.mark.parametrize("scale", [1e-24, 1.0, 1e24])
def test_the_objective_is_a_function_of_r_at_any_scale(shape, scale):
    H = torch.randn(shape, generator=torch.Generator().manual_seed(0)) * scale
    ratio = participation_ratio(H)
    torch.testing.assert_close(collapse(H, "ratio"), 1 / ratio)
    torch.testing.assert_close(collapse(H, "norm"), ratio**-0.5)


@pytest.mark.parametrize("objective", ["norm", "ratio"])
def test_its_gradient_is_that_of_the_definition(objective):
    H = torch.randn(2, 6, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    M = H @ H.mT / 4
    frobenius, trace = torch.linalg.matrix_norm(M), M.diagonal(dim1=-2, dim2=-1).sum(-1)
    defined = frobenius / trace if objective == "norm" else (frobenius / trace) ** 2
    [expected] = torch.autograd.grad(defined.sum(), H)
    [found] = torch.autograd.grad(collapse(H, objective).sum(), H)
    torch.testing.assert_close(found, expected)


def ratios(network, X):
    return torch.stack([participation_ratio(H) for H in network.hidden_states(X)])


def lift(network, X, targets, **changes):
    arguments = {"objective": "norm", "batches": 2, "steps": 3, "step_size": 0.05, "batch_size": 20}
    keys = [("lift", member) for member in range(network.members)]
    pretrain(network, X, Lifting(targets=targets, keys=keys, **(arguments | changes)))


@pytest.mark.parametrize("objective", ["norm", "ratio"])
def test_steps_are_those_of_plain_gradient_descent(objective):
    images, network, slow = batch()[0], ensemble(False), ensemble(False)
    lift(network, images, [2], objective=objective)
    for member in range(4):
        weights = [layer.weight[member].clone().requires_grad_() for layer in slow.layers[:2]]
        biases = [layer.bias[member] for layer in slow.layers[:2]]
        for number in range(2):
            draw = generator("lift", member, "batch", number)
            X = images[torch.randperm(len(images), generator=draw)[:20]].T
            for _ in range(3):
                H = X
                for W, b in zip(weights, biases, strict=True):
                    H = torch.relu(W @ H + b)
                M = H @ H.T
                value = torch.linalg.matrix_norm(M) / M.trace()
                gradients = torch.autograd.grad(value if objective == "norm" else value**2, weights)
                with torch.no_grad():
                    for W, gradient in zip(weights, gradients, strict=True):
                        W -= 0.05 * gradient
        for W, layer in zip(weights, network.layers, strict=False):
            torch.testing.assert_close(layer.weight[member], W.detach(), rtol=1e-4, atol=1e-6)
    assert torch.equal(network.layers[2].weight, slow.layers[2].weight)  # above the target nothing moves
    assert torch.equal(network.layers[0].bias, slow.layers[0].bias)


@pytest.mark.parametrize("normalized", [False, True])
def test_it_raises_the_rank(normalized):
    images = 1 + 0.3 * torch.randn(60, INPUTS, generator=torch.Generator().manual_seed(0))
    generators = [generator("test", member) for member in range(3)]
    network = mlp(INPUTS, 64, 6, 2, normalized=normalized, generators=generators, initialization="glorot_normal")
    X = images.expand(3, -1, -1)
    before = ratios(network, X)[-1]
    lift(network, images, [7], batches=10, steps=20, step_size=0.02, batch_size=30)
    assert (ratios(network, X)[-1] > 1.3 * before).all()


def test_a_member_does_not_depend_on_the_others():
    images = batch()[0]
    together, alone = ensemble(False, range(6)), ensemble(False, [0])
    lift(together, images, [1, 3])
    lift(alone, images, [1, 3])
    for ours, theirs in zip(together.parameters(), alone.parameters(), strict=True):
        assert torch.equal(ours[:1], theirs)


def test_pre_training_raises_the_rank_of_a_convolutional_network_by_its_convolutions_only():
    net = convolutions.network("vgg11", "none", width=0.125, initialization="he_normal")
    before, X = (
        [parameter.clone() for parameter in net.parameters()],
        convolutions.task().images.expand(2, -1, -1, -1, -1),
    )
    ratio = participation_ratio(net.hidden_state(X, 4))
    lift(net, convolutions.task().images, [4], objective="ratio", batches=1, steps=10, batch_size=convolutions.SAMPLES)
    assert (participation_ratio(net.hidden_state(X, 4)) - 1 > 1.2 * (ratio - 1)).all()
    changed = [not torch.equal(one, other) for one, other in zip(before, net.parameters(), strict=True)]
    assert changed == [name == "0.weight" and number < 4 for number, layer in enumerate(net.layers) for name in layer]


@pytest.mark.parametrize("targets", [[], [0], [5]])
def test_a_layer_that_is_not_there(targets):
    with pytest.raises(ValueError, match="between 1 and 4"):
        lift(ensemble(False), batch()[0], targets)


@needs_gpu
def test_pretraining_on_a_gpu():
    states = []
    for device in ("cpu", "cuda"):
        network = on(ensemble(False), device)
        images = data(device=device).images
        lift(network, images, [2, 4])
        states.append(network.layers[0].weight.cpu())
    torch.testing.assert_close(*states, rtol=1e-3, atol=1e-4)


def test_a_batch_larger_than_the_images_is_refused():
    with pytest.raises(UserError, match="batch_size=33: the training set has 32 samples only"):
        lift(ensemble(False), batch()[0], [2], batch_size=33)
