"""Pre-training by rank: gradient steps that raise the participation ratio of hidden states; no label is used.

Steps are taken in weights only. The objective does not depend on the scale of the state, which without BN shrinks by
`√2` a ReLU layer: its gradient in a bias grows as the state shrinks, and one step in the biases of a network of 24
layers leaves a state that is all bias, of rank one. With biases at zero the objective does not depend on the scale of
any weight matrix either, so that the gradient in it does not grow as the state shrinks.
"""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from rankcollapse.ensembles import Ensemble
from rankcollapse.errors import UserError
from rankcollapse.seeding import generator
from rankcollapse.session import Session
from rankcollapse.training import Optimizer, repeated, restore


def collapse(H: Tensor, objective: Literal["norm", "ratio"]) -> Tensor:
    """What pre-training makes small: a function of the participation ratio `r`, whatever the scale of `H`.

    Args:
        H: hidden states, `(E, d, N)`.
        objective: "norm" for `‖M‖_F / Tr M = r^(-1/2)` (Figure 4), "ratio" for `‖M‖_F² / (Tr M)² = 1/r` (Figure 6).

    Returns:
        Tensor `(E,)`; NaN for a state that is zero.
    """
    largest = H.detach().abs().amax((1, 2), keepdim=True)
    H = H / largest.clamp_min(torch.finfo(H.dtype).tiny)  # no square under- or overflows
    gram = torch.bmm(H.transpose(1, 2), H) if H.shape[2] < H.shape[1] else torch.bmm(H, H.transpose(1, 2))
    norm = torch.linalg.vector_norm(gram, dim=(1, 2)) / H.square().sum((1, 2))
    return norm if objective == "norm" else norm.square()


def pretrain(
    network: Ensemble,
    images: Tensor,
    *,
    objective: Literal["norm", "ratio"],
    targets: list[int],
    batches: int,
    steps: int,
    step_size: float,
    batch_size: int,
    keys: list[tuple],
    session: Session | None = None,
    phase: str = "pre-training",
) -> None:
    """Raise the rank of hidden states by plain gradient steps, all members in place.

    Args:
        network: an ensemble of `E` members; weights up to the targets are changed.
        images: `(images, ...)`, on the device of the network.
        objective: see `collapse`.
        targets: hidden layers, counted from 1, whose states are raised one after the other, each through all layers
            below it.
        batches: random batches, the same at each target.
        steps: gradient steps on each batch.
        step_size: of each step.
        batch_size: images `N` in a batch.
        keys: one for each member, the seed of its batches.
        session: where checkpoints go and progress is shown.
        phase: name of this pre-training in the session.

    Raises:
        ValueError: there is no such hidden layer.
        UserError: the images are fewer than a batch.
    """
    if not targets or not all(1 <= target <= network.depth for target in targets):
        raise ValueError(f"targets must be hidden layers between 1 and {network.depth}, got {targets}")
    if len(images) < batch_size:
        raise UserError(f"batch_size={batch_size}: the training set has {len(images)} samples only")
    device = images.device
    sizes = torch.full((network.members,), step_size, device=device)
    positions = torch.zeros(network.members, batch_size, dtype=torch.long, device=device)
    everything = network.parameters()
    groups = network.parts(network.at_once)

    def descent(target: int) -> Callable[[], None]:
        updates = [Optimizer("sgd", part.weights(target), sizes[group]) for group, part in groups]

        def step() -> None:
            for (group, part), update in zip(groups, updates, strict=True):
                H = part.hidden_state(images[positions[group]], target)
                update.step(torch.autograd.grad(collapse(H, objective).sum(), update.parameters))

        return repeated(step, [tensor for update in updates for tensor in update.tensors()])

    def state() -> list[Tensor]:
        return [tensor.detach().cpu() for tensor in everything]

    step, current = None, None
    counted = (session or Session()).phase(
        phase, len(targets) * batches * steps, state, lambda saved: restore(everything, saved)
    )
    for number in counted:
        target, batch = number // (batches * steps), number // steps % batches
        if step is None or current[0] != target:
            step = descent(targets[target])
        if current != (target, batch):
            current = (target, batch)
            draws = [generator(*key, "batch", batch) for key in keys]
            drawn = torch.stack([torch.randperm(len(images), generator=draw)[:batch_size] for draw in draws])
            positions.copy_(drawn)
        step()
