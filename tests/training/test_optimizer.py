"""Optimizers of ensembles against those of PyTorch, and steps that are recorded."""

import pytest
import torch
from support.gpu import needs_gpu

from rankcollapse.training.optimizer import Optimizer, repeated, restore


@pytest.mark.parametrize("kind", ["sgd", "adam"])
def test_steps_of_every_member_are_those_of_pytorch(kind):
    draw, sizes = torch.Generator().manual_seed(0), [0.3, 0.01, 0.002]
    start = [torch.randn(3, *shape, generator=draw) for shape in ((4, 5), (4, 1))]
    ours = [tensor.clone() for tensor in start]
    update = Optimizer(kind, ours, torch.tensor(sizes))
    plain = [[tensor[member].clone().requires_grad_() for tensor in start] for member in range(3)]
    make = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[kind]
    optimizers = [make(parameters, lr=size) for parameters, size in zip(plain, sizes, strict=True)]
    for _ in range(20):
        gradients = [torch.randn(tensor.shape, generator=draw) for tensor in start]
        update.step(tuple(gradients))
        for member, optimizer in enumerate(optimizers):
            for parameter, gradient in zip(plain[member], gradients, strict=True):
                parameter.grad = gradient[member]
            optimizer.step()
    for member in range(3):
        for found, expected in zip(ours, plain[member], strict=True):
            torch.testing.assert_close(found[member], expected.detach(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", ["sgd", "adam"])
def test_an_optimizer_goes_on_from_what_it_saved(kind):
    def walk(update, gradients):
        for gradient in gradients:
            update.step((gradient,))

    gradients = torch.randn(6, 2, 3, generator=torch.Generator().manual_seed(0))
    whole, first, second = (Optimizer(kind, [torch.ones(2, 3)], torch.tensor([0.1, 0.2])) for _ in range(3))
    walk(whole, gradients)
    walk(first, gradients[:4])
    restore(second.tensors(), [tensor.clone() for tensor in first.tensors()])
    walk(second, gradients[4:])
    assert all(map(torch.equal, second.tensors(), whole.tensors()))


def test_on_a_cpu_a_step_is_not_recorded():
    def step():
        pass

    assert repeated(step, [torch.zeros(1)]) is step


@needs_gpu
def test_a_recorded_step_does_what_the_step_does_and_recording_it_changes_nothing():
    weight = torch.ones(3, 2, device="cuda")
    update = Optimizer("adam", [weight], torch.tensor([0.1, 0.2, 0.3], device="cuda"))
    expected = weight.clone()
    plain = Optimizer("adam", [expected], torch.tensor([0.1, 0.2, 0.3], device="cuda"))
    step = repeated(lambda: update.step((2 * weight,)), update.tensors())
    assert torch.equal(weight, torch.ones_like(weight))
    for _ in range(5):
        step()
        plain.step((2 * expected,))
    torch.testing.assert_close(weight, expected)
