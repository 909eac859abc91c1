"""Training an ensemble: every member has its own weights, step size, training set and order of the data.

One step of all members is one batched program; nothing in it waits for the device. On CUDA it is recorded once and
replayed as a graph.
"""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from rankcollapse.ensembles import Ensemble
from rankcollapse.errors import UserError
from rankcollapse.seeding import generator
from rankcollapse.session import Session
from rankcollapse.spectra import measures, rescaled

SHIFT = 4  # pixels that augmentation moves an image by, at most

HISTORY = {
    "step": "gradient steps done",
    "loss": "mean cross entropy of the batches since the last row; missing at step 0 and if diverged",
    "accuracy": "accuracy on the batches since the last row, each before its step; missing at step 0",
    "participation_ratio": "(Tr M)² / ‖M‖_F² of the last hidden state on the probe batch; missing if not finite",
    "soft_rank": "eigenvalues of M that are at least tau, M scaled to Tr M = d; missing if not finite",
    "gradient_norm": "norm of the gradient of the probe batch's loss in all parameters; missing if not finite",
    "diverged": "whether the loss of a batch, or the probe's, was not finite",
}


@dataclass(frozen=True)
class Data:
    """What each member of an ensemble learns.

    Attributes:
        images: `(images, ...)`, on the device of the network.
        labels: the classes of all images for each member, `(E, images)`.
        subsets: the images that are a member's training set, `(E, samples)`.
    """

    images: Tensor
    labels: Tensor
    subsets: Tensor

    @classmethod
    def shared(cls, images: Tensor, labels: Tensor, members: int) -> "Data":
        """All images and their labels for every member."""
        everything = torch.arange(len(images), device=images.device)
        return cls(images, labels.expand(members, -1), everything.expand(members, -1))

    @property
    def samples(self) -> int:
        """Images in a member's training set."""
        return self.subsets.shape[1]

    def members(self, group: slice) -> "Data":
        """What some of the members learn."""
        return Data(self.images, self.labels[group], self.subsets[group])

    def batch(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Images `(E, N, ...)` and labels `(E, N)` at positions `(E, N)` of the members' training sets."""
        index = self.subsets.gather(1, positions)
        return self.images[index], self.labels.gather(1, index)


def augmented(X: Tensor, changes: Tensor) -> Tensor:
    """Images moved by up to `SHIFT` pixels each way, with zeros coming in, and mirrored: CIFAR-10's usual augmentation.

    Args:
        X: `(E, N, channels, height, width)`.
        changes: for every image the pixels cut from the top and the left of it padded by `SHIFT`, from 0 to
            `2 · SHIFT`, and 1 to mirror it; integers `(E, N, 3)`.
    """
    height, width = X.shape[3:]
    down, right, mirror = changes.unsqueeze(3).unbind(2)  # each (E, N, 1)
    rows = down + torch.arange(height, device=X.device)
    columns = torch.arange(width, device=X.device)
    columns = right + torch.where(mirror == 1, columns.flip(0), columns)
    rows, columns = rows[:, :, None, :, None], columns[:, :, None, None, :]
    return (
        F.pad(X, [SHIFT] * 4).gather(3, rows.expand(*X.shape[:4], width + 2 * SHIFT)).gather(4, columns.expand(X.shape))
    )


def losses(scores: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy of every sample, `(E, N)`, from scores `(E, classes, N)` and labels `(E, N)`."""
    return F.cross_entropy(scores.transpose(1, 2).flatten(0, 1), labels.flatten(), reduction="none").view_as(labels)


class Optimizer:
    """SGD or Adam, in place, with a step size for each member."""

    def __init__(self, kind: Literal["sgd", "adam"], parameters: list[Tensor], step_sizes: Tensor):
        """An optimizer.

        Args:
            kind: plain SGD, or Adam with PyTorch's default moments.
            parameters: tensors `(E, ...)`.
            step_sizes: `(E,)`.
        """
        self.kind, self.parameters = kind, parameters
        self.rates = [step_sizes.view(-1, *[1] * (p.ndim - 1)) for p in parameters]
        moments = parameters if kind == "adam" else []
        self.first, self.second = ([torch.zeros_like(p) for p in moments] for _ in range(2))
        self.time = torch.zeros((), device=step_sizes.device)  # a tensor, so that a CUDA graph can count

    @torch.no_grad()
    def step(self, gradients: tuple[Tensor, ...]) -> None:
        """One step of all members."""
        self.time += 1
        for number, (parameter, gradient, rate) in enumerate(zip(self.parameters, gradients, self.rates, strict=True)):
            if self.kind == "sgd":
                parameter.addcmul_(rate, gradient, value=-1)
                continue
            first = self.first[number].lerp_(gradient, 0.1)
            second = self.second[number].lerp_(gradient.square(), 0.001)
            scale = (second / (1 - 0.999**self.time)).sqrt_().add_(1e-8)
            parameter.addcmul_(rate / (1 - 0.9**self.time), first / scale, value=-1)

    def tensors(self) -> list[Tensor]:
        """All that changes in a step, parameters included."""
        return [*self.parameters, *self.first, *self.second, self.time]


def restore(tensors: list[Tensor], saved: list[Tensor]) -> None:
    """Copy saved values into tensors in place."""
    with torch.no_grad():
        for tensor, value in zip(tensors, saved, strict=True):
            tensor.copy_(value)


def repeated(step: Callable[[], None], state: list[Tensor]) -> Callable[[], None]:
    """A step that is called many times: on CUDA, recorded as a graph that one launch replays.

    Args:
        step: reads and writes the same tensors at every call, and does not wait for the device.
        state: the tensors that it changes; recording leaves them as they are.
    """
    if state[0].device.type != "cuda":
        return step
    before = [tensor.detach().clone() for tensor in state]
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):  # lets the libraries make their workspaces, which cannot be recorded
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    restore(state, before)

    def replay() -> None:
        graph.replay()

    replay.writes = (step, state)  # what the graph reads and writes must live as long as it does
    return replay


def train(
    network: Ensemble,
    data: Data,
    *,
    step_sizes: list[float],
    batch_size: int,
    epochs: int,
    keys: list[tuple],
    measure_at: Collection[int] = (),
    tau: float = 0.0,
    optimizer: Literal["sgd", "adam"] = "sgd",
    probe_size: int | None = None,
    augmentation: bool = False,
    precision: Literal["float32", "bfloat16"] = "float32",
    session: Session | None = None,
    phase: str = "training",
) -> list[dict[str, Any]]:
    """Train all members in place on the cross entropy; the last partial batch of an epoch is dropped.

    A member that diverges goes on with values that are not finite; products are batched member by member, so the
    others never see them.

    Args:
        network: an ensemble of `E` members; its parameters are changed.
        data: what they learn.
        step_sizes: one for each member.
        batch_size: samples `N` in a step.
        epochs: passes over the training set.
        keys: one for each member, the seed of its probe batch and of the order of its data in every epoch.
        measure_at: steps after which a row of history is written; 0 is before the first.
        tau: threshold of the soft rank in the history.
        optimizer: plain SGD, or Adam (the release's choice for BN nets, D1).
        probe_size: images of the batch on which rank and gradient are measured; None for `batch_size`.
        augmentation: whether images are moved and mirrored at random (`augmented`), anew in every epoch.
        precision: of the products in the steps; `bfloat16` is mixed precision with float32 parameters. Measurements
            are in float32.
        session: where checkpoints go and progress is shown.
        phase: name of this training in the session.

    Returns:
        One row for each measured step and member: its number `member`, and `HISTORY`.

    Raises:
        UserError: a training set is smaller than one batch.
    """
    for name, size in (("batch_size", batch_size), ("probe_size", probe_size or 0)):
        if data.samples < size:
            raise UserError(f"{name}={size}: the training set has {data.samples} samples only")
    session = session or Session()
    device = data.images.device
    sizes = torch.tensor(step_sizes, device=device)
    positions = torch.zeros(len(keys), batch_size, dtype=torch.long, device=device)
    changes = torch.zeros(len(keys), batch_size, 3, dtype=torch.long, device=device)
    loss, correct, diverged = torch.zeros(3, len(keys), device=device)
    groups = [
        (group, part, Optimizer(optimizer, part.parameters(), sizes[group]))
        for group, part in network.parts(network.at_once)
    ]
    tensors = [*(tensor for *_, update in groups for tensor in update.tensors()), loss, correct, diverged]

    def step() -> None:
        for group, part, update in groups:
            X, y = data.members(group).batch(positions[group])
            X = augmented(X, changes[group]) if augmentation else X
            with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16", cache_enabled=False):
                scores = part.logits(X)
            scores = scores.float()
            mean = losses(scores, y).mean(1)
            update.step(torch.autograd.grad(mean.sum(), update.parameters))  # the members do not mix
            with torch.no_grad():
                loss[group].add_(mean)
                correct[group].add_((scores.argmax(1) == y).float().mean(1))
                diverged[group].logical_or_(~mean.isfinite())

    history: list[dict[str, Any]] = []
    steps_an_epoch = data.samples // batch_size
    probe = _order(keys, ("probe",), data.samples)[:, : probe_size or batch_size].to(device)

    def measure(done: int) -> None:
        since = done - (history[-1]["step"] if history else 0)
        measured = _probe(network, data, probe, tau)
        diverged.logical_or_(~measured.pop("probe_loss").isfinite())
        means = {"loss": loss / since, "accuracy": correct / since} if since else {}
        columns = {name: values.tolist() for name, values in (means | measured | {"diverged": diverged > 0}).items()}
        history.extend(
            {"member": member, "step": done}
            | {
                name: columns[name][member] if name in columns and math.isfinite(columns[name][member]) else None
                for name in HISTORY
                if name != "step"
            }
            for member in range(len(keys))
        )
        loss.zero_(), correct.zero_()

    def state() -> dict[str, Any]:
        return {"tensors": [tensor.detach().cpu() for tensor in tensors], "history": history}

    def resume(saved: dict[str, Any]) -> None:
        restore(tensors, saved["tensors"])
        history[:] = saved["history"]

    replayed, epoch = None, -1
    for number in session.phase(phase, epochs * steps_an_epoch, state, resume):
        if number == 0 and 0 in measure_at:
            measure(0)
        replayed = replayed or repeated(step, tensors)
        if number // steps_an_epoch != epoch:
            epoch = number // steps_an_epoch
            order = _order(keys, ("order", epoch), data.samples).to(device)
            if augmentation:
                drawn = torch.stack([_changes(generator(*key, "augmentation", epoch), data.samples) for key in keys])
                drawn = drawn.to(device)
        start = number % steps_an_epoch * batch_size
        positions.copy_(order[:, start : start + batch_size])
        if augmentation:
            changes.copy_(drawn[:, start : start + batch_size])
        replayed()
        if number + 1 in measure_at:
            measure(number + 1)
            session.mark(phase, number + 1)
    return history


def _order(keys: list[tuple], purpose: tuple, samples: int) -> Tensor:
    """A random order of the training set for every member, `(E, samples)`, on the CPU."""
    return torch.stack([torch.randperm(samples, generator=generator(*key, *purpose)) for key in keys])


def _changes(draw: torch.Generator, samples: int) -> Tensor:
    """What `augmented` does to each image of an epoch, `(samples, 3)`, on the CPU."""
    shifts = torch.randint(2 * SHIFT + 1, (samples, 2), generator=draw)
    return torch.cat([shifts, torch.randint(2, (samples, 1), generator=draw)], dim=1)


def _probe(network: Ensemble, data: Data, positions: Tensor, tau: float) -> dict[str, Tensor]:
    """Rank of the last hidden state (NaN if it is not finite), loss and norm of its gradient, on a batch."""
    found = []
    for group, part in network.parts(network.at_once):
        X, y = data.members(group).batch(positions[group])
        with torch.no_grad():
            H = part.hidden_state(X, part.depth)
            finite = H.isfinite().flatten(1).all(1)
            rank = measures(rescaled(torch.where(finite.view(-1, 1, 1), H, 0)), [tau])
        loss = losses(part.logits(X), y).mean(1)
        gradients = torch.autograd.grad(loss.sum(), part.parameters())
        # member by member: a reduction over all could round differently beside others
        norms = [torch.cat([gradient[member].flatten() for gradient in gradients]).norm() for member in range(len(y))]
        measured = {
            "participation_ratio": torch.where(finite, rank["participation_ratio", None], math.nan),
            "soft_rank": torch.where(finite, rank["soft_rank", tau].float(), math.nan),
            "gradient_norm": torch.stack(norms),
            "probe_loss": loss.detach(),
        }
        found.append(measured)
    return {name: torch.cat([measured[name] for measured in found]) for name in found[0]}


@torch.no_grad()
def evaluate(network: Ensemble, data: Data, batch_size: int) -> tuple[Tensor, Tensor]:
    """Mean loss and accuracy of every member over its whole training set.

    Batch normalization uses the statistics of each evaluation batch, as in training; batches are taken in one random
    order, the same for all (a set may be sorted by class), and the last one may be smaller.

    Args:
        network: an ensemble of `E` members.
        data: what they were trained on.
        batch_size: samples in a batch.

    Returns:
        Losses `(E,)` (not finite for a member that diverged) and accuracies `(E,)` in [0, 1].
    """
    loss, correct = torch.zeros(2, network.members, device=data.images.device)
    order = torch.randperm(data.samples, generator=generator("evaluation", data.samples))
    for positions in order.to(data.images.device).split(batch_size):
        X, y = data.batch(positions.expand(network.members, -1))
        scores = network.logits(X)
        loss += losses(scores, y).sum(1)
        correct += (scores.argmax(1) == y).sum(1)
    return (loss / data.samples).cpu(), (correct / data.samples).cpu()
