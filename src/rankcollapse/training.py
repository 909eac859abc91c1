"""Training an ensemble by SGD: every member has its own weights, step size and order of the data."""

import sys
import time
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from rankcollapse.errors import UserError
from rankcollapse.networks import Layer, logits


def epochs_with_progress(epochs: int, description: str) -> Iterator[int]:
    """Count epochs, with a bar on a terminal and a plain line an epoch in a log."""
    if sys.stderr.isatty():
        yield from tqdm(range(epochs), desc=description, unit="epoch")
        return
    start = time.monotonic()
    for epoch in range(epochs):
        yield epoch
        seconds = time.monotonic() - start
        left = seconds / (epoch + 1) * (epochs - epoch - 1)
        print(f"{description}: epoch {epoch + 1}/{epochs}, {left:.0f} s left", file=sys.stderr, flush=True)


def _losses(layers: list[Layer], X: Tensor, y: Tensor) -> Tensor:
    """Cross entropy of every sample of every member, `(E, N)`."""
    return F.cross_entropy(logits(layers, X).transpose(1, 2).flatten(0, 1), y.flatten(), reduction="none").view_as(y)


def train(
    layers: list[Layer],
    images: Tensor,
    labels: Tensor,
    *,
    step_sizes: Tensor,
    batch_size: int,
    epochs: int,
    orders: list[torch.Generator],
    description: str = "training",
) -> None:
    """Train all members in place by plain SGD on the cross entropy; the last partial batch is dropped.

    A member that diverges goes on with values that are not finite; products are batched member by
    member, so the others never see them.

    Args:
        layers: an ensemble of `E` members; its tensors are changed.
        images: training set, `(samples, inputs)`, on the device of the layers.
        labels: classes, `(samples,)`.
        step_sizes: one for each member, `(E,)`.
        batch_size: samples `N` in a step.
        epochs: passes over the training set.
        orders: CPU generators, one for each member, that shuffle its data every epoch.
        description: name of the run in its progress lines.

    Raises:
        UserError: the training set is smaller than one batch.
    """
    samples = len(images)
    if samples < batch_size:
        raise UserError(f"batch_size={batch_size}: the training set has {samples} samples only")
    parameters = [p.requires_grad_() for layer in layers for p in layer if p is not None]
    rates = step_sizes.view(-1, 1, 1)
    for _ in epochs_with_progress(epochs, description):
        order = torch.stack([torch.randperm(samples, generator=g) for g in orders]).to(images.device)
        for start in range(0, samples - batch_size + 1, batch_size):
            index = order[:, start : start + batch_size]  # (E, N)
            losses = _losses(layers, images[index].transpose(1, 2), labels[index])
            gradients = torch.autograd.grad(losses.mean(1).sum(), parameters)  # members do not mix
            with torch.no_grad():
                for parameter, gradient in zip(parameters, gradients, strict=True):
                    parameter.addcmul_(rates, gradient, value=-1)


@torch.no_grad()
def evaluate(layers: list[Layer], images: Tensor, labels: Tensor, batch_size: int) -> tuple[Tensor, Tensor]:
    """Mean loss and accuracy of every member over a whole set.

    Batch normalization uses the statistics of each evaluation batch, as in training; batches are taken
    in the order of the set and the last one may be smaller.

    Args:
        layers: an ensemble of `E` members.
        images: `(samples, inputs)`, on the device of the layers.
        labels: `(samples,)`.
        batch_size: samples in a batch.

    Returns:
        Losses `(E,)` (not finite for a member that diverged) and accuracies `(E,)` in [0, 1].
    """
    members = len(layers[0].weight)
    loss, correct = torch.zeros(members), torch.zeros(members)
    for x, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
        X = x.T.expand(members, -1, -1)
        scores = logits(layers, X)  # (E, classes, N)
        targets = y.expand(members, -1)
        loss += F.cross_entropy(scores, targets, reduction="none").sum(1).cpu()
        correct += (scores.argmax(1) == targets).sum(1).cpu()
    return loss / len(images), correct / len(images)
