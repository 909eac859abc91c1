"""Training an ensemble: every member has its own weights, step size, training set and order of the data.

One step of all members is one batched program; nothing in it waits for the device. On CUDA it is recorded once and
replayed as a graph.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from rankcollapse.errors import UserError
from rankcollapse.networks.ensemble import Ensemble
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.spectra import measures, rescaled
from rankcollapse.theory.terms import OptimizerKind, Precision
from rankcollapse.training.contest import Leg, best, legs
from rankcollapse.training.data import Data, augmented, draw_changes, order
from rankcollapse.training.history import HISTORY
from rankcollapse.training.optimizer import Descent, repeated, restore
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
        contests: for every member the network that it is; members that are one network at several step sizes compete,
            and only the best is trained to the end (`training.contest`). None: all members are.
        times: at which competitors are dropped, at most; None for as many as there are halvings.
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
    contests: list[int] | None = None
    times: int | None = None

    def of(self, members: list[int]) -> "Plan":
        """The plan of some of the members."""
        each = {name: [getattr(self, name)[member] for member in members] for name in ("step_sizes", "keys")}
        contests = self.contests and [self.contests[member] for member in members]
        return replace(self, **each, contests=contests)


class Dropped(NamedTuple):
    """A member that was not trained to the end."""

    member: int
    step: int
    """gradient steps done"""
    loss: float
    """by which it was judged; not finite if it diverged"""


class Trained(NamedTuple):
    """What a training leaves.

    Attributes:
        network: the members that were trained to the end.
        members: their numbers in the ensemble that began.
        history: one row for each of them and each measured step: its number `member`, and `HISTORY`.
        dropped: the other members.
    """

    network: Ensemble
    members: list[int]
    history: list[dict[str, Any]]
    dropped: list[Dropped]


def train(
    network: Ensemble, data: Data, plan: Plan, session: Session | None = None, phase: str = "training"
) -> Trained:
    """Train all members on the cross entropy; where members compete, the best of each contest.

    A member that diverges goes on with values that are not finite; products are batched member by member, so the
    others never see them.

    Args:
        network: an ensemble of `E` members; its parameters are changed in place, until a member is dropped.
        data: what they learn.
        plan: step sizes, batches, epochs, measurements.
        session: where checkpoints go and progress is shown.
        phase: name of this training in the session.

    Raises:
        UserError: a training set is smaller than one batch.
    """
    session = session or Session()
    state = _State(network, data, plan)
    steps_an_epoch = data.samples // plan.batch_size
    steps = plan.epochs * steps_an_epoch
    halvings = {leg.last: leg for leg in legs(plan.contests or range(len(plan.keys)), steps, plan.times)}
    openings = {leg.first for leg in halvings.values()}
    step, epoch = None, -1
    for number in session.phase(phase, steps, state.saved, state.resume):
        if number == 0 and 0 in plan.measure_at:
            state.measure(0)
        if number in openings:
            state.recent.zero_()
        step = step or repeated(state.step, state.tensors)  # after a checkpoint was restored
        if number // steps_an_epoch != epoch:
            epoch = number // steps_an_epoch
            state.shuffle(epoch)
        state.take_batch(number % steps_an_epoch)
        step()
        if number + 1 in plan.measure_at:
            state.measure(number + 1)
            session.mark(phase, number + 1)
        if leg := halvings.get(number + 1):
            state.halve(leg)
            step, epoch = None, -1
    history = [row for row in state.history if row["member"] in state.alive]
    return Trained(state.network, state.alive, history, state.dropped)


class _State:
    """All that changes while an ensemble is trained."""

    def __init__(self, network: Ensemble, data: Data, plan: Plan):
        for name, size in (("batch_size", plan.batch_size), ("probe_size", plan.probe_size or 0)):
            if data.samples < size:
                raise UserError(f"{name}={size}: the training set has {data.samples} samples only")
        self.alive = list(range(len(plan.keys)))  # numbers of the members that are still trained
        self.dropped: list[Dropped] = []
        self.history: list[dict[str, Any]] = []
        self._set(network, data, plan)

    def _set(self, network: Ensemble, data: Data, plan: Plan) -> None:
        """Make everything that there is one of for each member."""
        self.network, self.data, self.plan = network, data, plan
        members, device = len(plan.keys), data.images.device
        sizes = torch.tensor(plan.step_sizes, device=device)
        self.positions = torch.zeros(members, plan.batch_size, dtype=torch.long, device=device)
        self.changes = torch.zeros(members, plan.batch_size, 3, dtype=torch.long, device=device)
        # sums since the last row, and the loss of the batches by which members are judged
        self.loss, self.correct, self.diverged, self.recent = torch.zeros(4, members, device=device)
        buffers: dict = {}
        self.groups = [
            (group, Descent(part, sizes[group], buffers, plan.optimizer, precision=plan.precision))
            for group, part in network.parts(network.at_once)
        ]
        self.tensors = [tensor for _, descent in self.groups for tensor in descent.tensors()]
        self.tensors += [self.loss, self.correct, self.diverged, self.recent]
        self.probe = order(plan.keys, ("probe",), data.samples)[:, : plan.probe_size or plan.batch_size].to(device)

    def saved(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        tensors = [tensor.detach().cpu() for tensor in self.tensors]
        dropped = [list(each) for each in self.dropped]
        return {"tensors": tensors, "history": self.history, "alive": self.alive, "dropped": dropped}

    def resume(self, saved: dict[str, Any]) -> None:
        """Go on from a checkpoint."""
        if saved["alive"] != self.alive:
            self._keep(saved["alive"])
        restore(self.tensors, saved["tensors"])
        self.history[:], self.dropped[:] = saved["history"], map(Dropped._make, saved["dropped"])

    def halve(self, leg: Leg) -> None:
        """Drop the members of each contest that are not among its best, after a leg."""
        losses = (self.recent / (leg.last - leg.first)).tolist()
        kept = [self.alive[index] for index in best(losses, self.plan.step_sizes, self.plan.contests, leg.keep)]
        judged = zip(self.alive, losses, strict=True)
        self.dropped += [Dropped(member, leg.last, loss) for member, loss in judged if member not in kept]
        self._keep(kept)

    def _keep(self, members: list[int]) -> None:
        """Go on with these members only, each as it is."""
        index = [self.alive.index(member) for member in members]
        sums = [values[index] for values in (self.loss, self.correct, self.diverged, self.recent)]
        by_group = zip(*(descent.tensors() for _, descent in self.groups), strict=True)
        # what an optimizer changes: a row for each member, or one value for all
        before = [torch.cat(parts)[index] if parts[0].ndim else parts[0] for parts in by_group]
        self.alive = members
        self._set(self.network.select(index), self.data.members(index), self.plan.of(index))
        for group, descent in self.groups:
            restore(descent.tensors(), [tensor[group] if tensor.ndim else tensor for tensor in before])
        restore([self.loss, self.correct, self.diverged, self.recent], sums)

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
        for group, descent in self.groups:
            X, y = self.data.members(group).batch(self.positions[group])
            X = augmented(X, self.changes[group]) if self.plan.augmentation else X
            scores, mean = descent(X, lambda scores, y=y: losses(scores, y).mean(1))
            self.loss[group].add_(mean)
            self.recent[group].add_(mean)
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
        for index, member in enumerate(self.alive):
            row = {name: columns[name][index] if name in columns else None for name in HISTORY if name != "step"}
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
