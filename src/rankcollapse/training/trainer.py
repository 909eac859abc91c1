"""Training an ensemble: every member has its own weights, step size, training set and order of the data.

One step of all members is one batched program; nothing in it waits for the device. On CUDA it is recorded once and
replayed as a graph.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from rankcollapse.errors import UserError
from rankcollapse.networks.ensemble import Ensemble
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.spectra import measures, rescaled
from rankcollapse.theory.terms import OptimizerKind, Precision
from rankcollapse.training.data import Data, augmented, draw_changes, order
from rankcollapse.training.history import HISTORY
from rankcollapse.training.optimizer import Optimizer, repeated, restore
from rankcollapse.training.session import Session


def losses(scores: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy of every sample, `(E, N)`, from scores `(E, classes, N)` and labels `(E, N)`."""
    return F.cross_entropy(scores.transpose(1, 2).flatten(0, 1), labels.flatten(), reduction="none").view_as(labels)


@dataclass(frozen=True)
class Plan:
    """How an ensemble of `E` members is trained.

    Attributes:
        step_sizes: one for each member.
        batch_size: samples `N` in a step.
        epochs: passes over the training set; the last partial batch of each is dropped.
        keys: one for each member, the seed of its probe batch and of the order of its data in every epoch.
        measure_at: steps after which a row of history is written; 0 is before the first.
        tau: threshold of the soft rank in the history.
        optimizer: plain SGD, or Adam (the release's choice for BN nets, D1).
        probe_size: images of the batch on which rank and gradient are measured; None for `batch_size`.
        augmentation: whether images are moved and mirrored at random (`augmented`), anew in every epoch.
        precision: of the products in the steps; `bfloat16` is mixed precision with float32 parameters. Measurements
            are in float32.
    """

    step_sizes: list[float]
    batch_size: int
    epochs: int
    keys: list[tuple]
    measure_at: Collection[int] = ()
    tau: float = 0.0
    optimizer: OptimizerKind = "sgd"
    probe_size: int | None = None
    augmentation: bool = False
    precision: Precision = "float32"


def train(
    network: Ensemble, data: Data, plan: Plan, session: Session | None = None, phase: str = "training"
) -> list[dict[str, Any]]:
    """Train all members in place on the cross entropy.

    A member that diverges goes on with values that are not finite; products are batched member by member, so the
    others never see them.

    Args:
        network: an ensemble of `E` members; its parameters are changed.
        data: what they learn.
        plan: step sizes, batches, epochs, measurements.
        session: where checkpoints go and progress is shown.
        phase: name of this training in the session.

    Returns:
        One row for each measured step and member: its number `member`, and `HISTORY`.

    Raises:
        UserError: a training set is smaller than one batch.
    """
    session = session or Session()
    state = _State(network, data, plan)
    steps_an_epoch = data.samples // plan.batch_size
    step, epoch = None, -1
    for number in session.phase(phase, plan.epochs * steps_an_epoch, state.saved, state.resume):
        if number == 0 and 0 in plan.measure_at:
            state.measure(0)
        step = step or repeated(state.step, state.tensors)  # after a checkpoint was restored
        if number // steps_an_epoch != epoch:
            epoch = number // steps_an_epoch
            state.shuffle(epoch)
        state.take_batch(number % steps_an_epoch)
        step()
        if number + 1 in plan.measure_at:
            state.measure(number + 1)
            session.mark(phase, number + 1)
    return state.history


class _State:
    """All that changes while an ensemble is trained."""

    def __init__(self, network: Ensemble, data: Data, plan: Plan):
        for name, size in (("batch_size", plan.batch_size), ("probe_size", plan.probe_size or 0)):
            if data.samples < size:
                raise UserError(f"{name}={size}: the training set has {data.samples} samples only")
        self.network, self.data, self.plan = network, data, plan
        members, device = len(plan.keys), data.images.device
        sizes = torch.tensor(plan.step_sizes, device=device)
        self.positions = torch.zeros(members, plan.batch_size, dtype=torch.long, device=device)
        self.changes = torch.zeros(members, plan.batch_size, 3, dtype=torch.long, device=device)
        self.loss, self.correct, self.diverged = torch.zeros(3, members, device=device)  # sums since the last row
        self.groups = [
            (group, part, Optimizer(plan.optimizer, part.parameters(), sizes[group]))
            for group, part in network.parts(network.at_once)
        ]
        self.tensors = [tensor for *_, update in self.groups for tensor in update.tensors()]
        self.tensors += [self.loss, self.correct, self.diverged]
        self.probe = order(plan.keys, ("probe",), data.samples)[:, : plan.probe_size or plan.batch_size].to(device)
        self.history: list[dict[str, Any]] = []

    def saved(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {"tensors": [tensor.detach().cpu() for tensor in self.tensors], "history": self.history}

    def resume(self, saved: dict[str, Any]) -> None:
        """Go on from a checkpoint."""
        restore(self.tensors, saved["tensors"])
        self.history[:] = saved["history"]

    def shuffle(self, epoch: int) -> None:
        """Draw the order of the data in an epoch, and how its images are changed."""
        keys, samples, device = self.plan.keys, self.data.samples, self.positions.device
        self.order = order(keys, ("order", epoch), samples).to(device)
        if self.plan.augmentation:
            self.drawn = draw_changes(keys, epoch, samples).to(device)

    def take_batch(self, number: int) -> None:
        """Set the batch of the next step, by its number in the epoch."""
        batch = slice(number * self.plan.batch_size, (number + 1) * self.plan.batch_size)
        self.positions.copy_(self.order[:, batch])
        if self.plan.augmentation:
            self.changes.copy_(self.drawn[:, batch])

    def step(self) -> None:
        """One gradient step of all members."""
        device, mixed = self.positions.device.type, self.plan.precision == "bfloat16"
        for group, part, update in self.groups:
            X, y = self.data.members(group).batch(self.positions[group])
            X = augmented(X, self.changes[group]) if self.plan.augmentation else X
            with torch.autocast(device, torch.bfloat16, enabled=mixed, cache_enabled=False):
                scores = part.logits(X)
            scores = scores.float()
            mean = losses(scores, y).mean(1)
            update.step(torch.autograd.grad(mean.sum(), update.parameters))  # the members do not mix
            with torch.no_grad():
                self.loss[group].add_(mean)
                self.correct[group].add_((scores.argmax(1) == y).float().mean(1))
                self.diverged[group].logical_or_(~mean.isfinite())

    def measure(self, done: int) -> None:
        """Write a row of history for every member, after `done` steps."""
        since = done - (self.history[-1]["step"] if self.history else 0)
        measured = _probe(self.network, self.data, self.probe, self.plan.tau)
        self.diverged.logical_or_(~measured.pop("probe_loss").isfinite())
        means = {"loss": self.loss / since, "accuracy": self.correct / since} if since else {}
        found = means | measured | {"diverged": self.diverged > 0}
        columns = {name: values.tolist() for name, values in found.items()}
        for member in range(len(self.plan.keys)):
            row = {name: columns[name][member] if name in columns else None for name in HISTORY if name != "step"}
            finite = {
                name: value if value is not None and math.isfinite(value) else None for name, value in row.items()
            }
            self.history.append({"member": member, "step": done} | finite)
        self.loss.zero_(), self.correct.zero_()


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
    sequence = torch.randperm(data.samples, generator=generator("evaluation", data.samples))
    for positions in sequence.to(data.images.device).split(batch_size):
        X, y = data.batch(positions.expand(network.members, -1))
        scores = network.logits(X)
        loss += losses(scores, y).sum(1)
        correct += (scores.argmax(1) == y).sum(1)
    return (loss / data.samples).cpu(), (correct / data.samples).cpu()
