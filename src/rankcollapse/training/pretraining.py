"""Pre-training by rank: gradient steps that raise the participation ratio of hidden states; no label is used.

Steps are taken in weights only. The objective does not depend on the scale of the state, which without BN shrinks by
`√2` a ReLU layer: its gradient in a bias grows as the state shrinks, and one step in the biases of a network of 24
layers leaves a state that is all bias, of rank one. With biases at zero the objective does not depend on the scale of
any weight matrix either, so that the gradient in it does not grow as the state shrinks.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from rankcollapse.networks.ensemble import Ensemble
from rankcollapse.theory.terms import Objective
from rankcollapse.training.data import random_batches
from rankcollapse.training.optimizer import Descent, repeated, restore
from rankcollapse.training.session import Session


def collapse(H: Tensor, objective: Objective) -> Tensor:
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


@dataclass(frozen=True)
class Lifting:
    """How the rank of an ensemble of `E` members is raised.

    Attributes:
        objective: see `collapse`.
        targets: hidden layers, counted from 1, whose states are raised one after the other, each through all layers
            below it.
        batches: random batches, the same at each target.
        steps: gradient steps on each batch.
        step_size: of each step.
        batch_size: images `N` in a batch.
        keys: one for each member, the seed of its batches.
    """

    objective: Objective
    targets: list[int]
    batches: int
    steps: int
    step_size: float
    batch_size: int
    keys: list[tuple]


def pretrain(
    network: Ensemble, images: Tensor, lifting: Lifting, session: Session | None = None, phase: str = "pre-training"
) -> None:
    """Raise the rank of hidden states by plain gradient steps, all members in place.

    Args:
        network: an ensemble of `E` members; weights up to the targets are changed.
        images: `(images, ...)`, on the device of the network.
        lifting: targets, batches, steps.
        session: where checkpoints go and progress is shown.
        phase: name of this pre-training in the session.

    Raises:
        ValueError: there is no such hidden layer.
        UserError: the images are fewer than a batch.
    """
    targets, batches, steps = lifting.targets, lifting.batches, lifting.steps
    if not targets or not all(1 <= target <= network.depth for target in targets):
        raise ValueError(f"targets must be hidden layers between 1 and {network.depth}, got {targets}")
    positions = torch.zeros(network.members, lifting.batch_size, dtype=torch.long, device=images.device)
    everything = network.parameters()

    def state() -> list[Tensor]:
        return [tensor.detach().cpu() for tensor in everything]

    counted = (session or Session()).phase(
        phase, len(targets) * batches * steps, state, lambda saved: restore(everything, saved)
    )
    step, current = None, (None, None)
    for number in counted:
        target, batch = number // (batches * steps), number // steps % batches
        if current != (target, batch):
            drawn = random_batches([(*key, "batch", batch) for key in lifting.keys], len(images), lifting.batch_size)
            positions.copy_(drawn)
        if current[0] != target:
            step = _descent(network, images, positions, lifting, targets[target])
        current = (target, batch)
        step()


def _descent(network: Ensemble, images: Tensor, positions: Tensor, lifting: Lifting, target: int) -> Callable[[], None]:
    """A gradient step that raises the rank at a target, on the batch whose `positions`, `(E, N)`, are set between."""
    sizes = torch.full((network.members,), lifting.step_size, device=images.device)
    groups = network.parts(network.at_once)
    buffers: dict = {}
    descents = [Descent(part, sizes[group], buffers, hidden=target) for group, part in groups]

    def step() -> None:
        for (group, _), descent in zip(groups, descents, strict=True):
            descent(images[positions[group]], lambda H: collapse(H, lifting.objective))

    return repeated(step, [tensor for descent in descents for tensor in descent.tensors()])
