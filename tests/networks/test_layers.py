"""The backward pass that takes its own steps, against autograd on the same network."""

import pytest
import torch
from support.networks import batch

from rankcollapse.networks.mlp import MLP, mlp
from rankcollapse.theory.random_streams import generator
from rankcollapse.training.optimizer import Descent

SIZES = torch.tensor([0.3, 0.1, 0.01], dtype=torch.float64)


def network(normalized: bool, activation: str = "relu") -> MLP:
    """Three members in double precision, with gains and shifts that are not one and zero."""
    drawn = mlp(
        20, 12, 4, 10, normalized=normalized, activation=activation,
        generators=[generator("layers", member) for member in range(3)],
    )  # fmt: skip
    stream = generator("layers", "moved")
    return drawn.mapped(lambda p: p.double() + 0.1 * torch.randn(p.shape, generator=stream).double())


def images(samples: int) -> torch.Tensor:
    """A batch for each of three members."""
    return batch()[:3, :samples].double()


def squares(state: torch.Tensor) -> torch.Tensor:
    """An objective whose gradient is different in every entry."""
    return (state - torch.linspace(-1, 1, state[0].numel()).view(state.shape[1:])).square().mean((1, 2))


def stepped(whole: MLP, hidden: int | None, by_itself: bool, steps: int = 3) -> list[torch.Tensor]:
    """Parameters after some steps, and the states and objectives before each; the batches are of different sizes."""
    (_, part), *_ = whole.parts(3)
    descent = Descent(part, SIZES, {}, hidden=hidden)
    assert descent.backpropagation is not None
    if not by_itself:
        descent.backpropagation = None
    seen = [each.clone() for number in range(steps) for each in descent(images(8 + number), squares)]
    return [*part.parameters(), *seen]


@pytest.mark.parametrize("hidden", [None, 1, 3])
@pytest.mark.parametrize("activation", ["relu", "tanh", "identity"])
@pytest.mark.parametrize("normalized", [False, True])
def test_a_step_is_that_of_autograd_and_plain_descent(normalized, activation, hidden):
    before = network(normalized, activation)
    ours = stepped(network(normalized, activation), hidden, True)
    theirs = stepped(network(normalized, activation), hidden, False)
    for mine, autograd in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, autograd, rtol=1e-9, atol=1e-11)
    # weights change; of the rest, a shift below another normalization has a gradient of zero, or of rounding
    moved = before.weights(hidden or before.depth)
    left = [] if hidden is None else [p for p in before.parameters() if all(p is not each for each in moved)]
    for parameter, after in zip(before.parameters(), ours, strict=False):
        same = torch.equal(after, parameter)
        assert same or all(parameter is not each for each in left)
        assert not same or all(parameter is not each for each in moved)


def test_a_member_that_is_not_finite_leaves_the_others_alone():
    broken = network(True)
    broken.layers[2].weight[1, 0, 0] = torch.nan
    whole, alone = stepped(broken, None, True), stepped(network(True), None, True)
    for mixed, healthy in zip(whole, alone, strict=True):
        assert torch.equal(mixed[[0, 2]], healthy[[0, 2]])
    assert whole[0][1].isnan().any()


def test_networks_that_share_buffers_step_as_if_alone():
    whole, alone, buffers = network(True), network(True), {}
    parts = whole.parts(2)
    shared = [Descent(part, SIZES[group], buffers) for group, part in parts]
    for _ in range(2):
        for (group, _), descent in zip(parts, shared, strict=True):
            descent(images(8)[group], squares)
    (_, part), *_ = alone.parts(3)
    descent = Descent(part, SIZES, {})
    for _ in range(2):
        descent(images(8), squares)
    assert all(map(torch.equal, whole.parameters(), alone.parameters()))


def test_adam_and_mixed_precision_are_left_to_autograd():
    (_, part), *_ = network(True).parts(3)
    assert Descent(part, SIZES, {}, "adam").backpropagation is None
    assert Descent(part, SIZES, {}, precision="bfloat16").backpropagation is None
