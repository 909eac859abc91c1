"""Training convolutional networks with the components of BN and other remedies (Figure 5)."""

import math
from typing import Annotated

import pyarrow as pa
import torch
from pydantic import Field

from rankcollapse.convolutional import fitted
from rankcollapse.datasets.catalogue import find
from rankcollapse.datasets.load import load_training_set
from rankcollapse.errors import UserError
from rankcollapse.experiments.components.start import start
from rankcollapse.frames import to_table
from rankcollapse.parameters import (
    Architecture,
    BatchSize,
    Count,
    Multiplier,
    Normalization,
    Precision,
    Start,
    StepSize,
    StepSizes,
    Tau,
)
from rankcollapse.search import search_then_train
from rankcollapse.seeding import generator
from rankcollapse.session import Session
from rankcollapse.training import HISTORY, Data, evaluate, train

COLUMNS = {
    "dataset": "data set of the catalogue; images of 28×28 are padded to 32×32",
    "samples": "training images, drawn anew for every network",
    "augmentation": "whether images are moved and mirrored at random",
    "precision": "of the products in the steps",
    "batch_size": "samples in a step",
    "probe_size": "samples N in the batch on which the rank is measured",
    "architecture": "network",
    "width": "multiplier of its channels",
    "normalization": "what stands before every ReLU: none, center, scale, full (BN), layer, group; or weight",
    "initialization": "law of the weights; pretrained: after pre-training by rank from he_normal",
    "phase": "search (choosing the step size) or final (with the chosen one)",
    "step_size": "step size of SGD",
    "seed": "number of the network; the same seed is the same weights (in their law) and data in all variants",
    "steps_an_epoch": "gradient steps in an epoch",
    **HISTORY,
    "final_loss": "at the last step: mean cross entropy over all training images, batch statistics",
    "final_accuracy": "at the last step: accuracy over all training images, batch statistics",
}


def run(
    *,
    architecture: Architecture,
    width: Multiplier,
    normalization: Normalization,
    initialization: Start,
    dataset: str,
    samples: Count,
    augmentation: bool,
    precision: Precision,
    batch_size: BatchSize,
    probe_size: BatchSize,
    epochs: Count,
    step_sizes: StepSizes,
    search_epochs: Count,
    search_seeds: Count,
    seeds: Count,
    pretraining_every: Count,
    pretraining_steps: Count,
    pretraining_step_size: StepSize,
    measurements: Count,
    tau: Tau,
    device: str,
    session: Session,
    first_seed: Annotated[int, Field(ge=0)] = 0,
) -> pa.Table:
    """Choose a step size for one variant, and train fresh networks with it.

    Args:
        architecture: VGG or residual network.
        width: multiplier of its channels.
        normalization: what stands before every ReLU.
        initialization: law of the weights, or "pretrained".
        dataset: data set to train on, pixels in [0, 1].
        samples: training images of a network.
        augmentation: whether they are moved and mirrored at random in the steps.
        precision: of the products in the steps.
        batch_size: images in a step.
        probe_size: images on which the rank is measured, and of pre-training.
        epochs: passes over the training images.
        step_sizes: grid of SGD step sizes.
        search_epochs: passes over the training images in the search.
        search_seeds: networks for each step size of the grid.
        seeds: networks trained with the chosen step size.
        pretraining_every: pre-training raises the rank after every so many-th block.
        pretraining_steps: gradient steps at each.
        pretraining_step_size: of each step.
        measurements: times at which a row is recorded, and once before the first step.
        tau: threshold of the soft rank.
        device: torch device.
        session: where checkpoints go.
        first_seed: number of the first of the `seeds` networks. Where it is not 0, the search is another cell's too,
            which has its rows.

    Returns:
        Rows of history, one a trained network and recorded step (for those of the search, the last), see `COLUMNS`.

    Raises:
        UserError: the data set is not in the cache, has fewer images than asked for or of another size, there are
            fewer images than in a batch, or more measurements than steps.
    """
    images, labels = load_training_set(dataset)
    if samples > len(images):
        raise UserError(f"samples={samples}: {dataset} has {len(images)} training images only")
    for name, size in (("batch_size", batch_size), ("probe_size", probe_size)):
        if size > samples:
            raise UserError(f"{name}={size}: the training set has {samples} images only")
    images, labels = fitted(images, dataset).to(device), labels.to(device)
    steps_an_epoch = samples // batch_size
    if epochs * steps_an_epoch < measurements:
        raise UserError(f"measurements={measurements}: the training has {epochs * steps_an_epoch} steps only")

    def train_members(phase: str, members: list[tuple[str, float, int]]) -> list[dict]:
        """One ensemble of a network for each (variant, step size, seed)."""
        keys = [("components", phase, seed) for *_, seed in members]
        own = sorted({seed for *_, seed in members})
        network = start(
            architecture,
            width,
            normalization,
            initialization,
            images,
            find(dataset).classes,
            [("components", phase, seed) for seed in own],
            every=pretraining_every,
            steps=pretraining_steps,
            step_size=pretraining_step_size,
            batch_size=probe_size,
            session=session,
            phase=f"{phase}-pretraining",
        ).select([own.index(seed) for *_, seed in members])
        draws = [generator(*key, "samples") for key in keys]
        subsets = torch.stack([torch.randperm(len(images), generator=draw)[:samples] for draw in draws])
        data = Data(images, labels.expand(len(members), -1), subsets.to(device))
        last = steps_an_epoch * (epochs if phase == "final" else search_epochs)
        history = train(
            network,
            data,
            step_sizes=[step_size for _, step_size, _ in members],
            batch_size=batch_size,
            epochs=last // steps_an_epoch,
            keys=keys,
            measure_at=[last * n // measurements for n in range(measurements + 1)] if phase == "final" else [last],
            tau=tau,
            probe_size=probe_size,
            augmentation=augmentation,
            precision=precision,
            session=session,
            phase=f"{phase}-training",
        )
        losses, accuracies = (values.tolist() for values in evaluate(network, data, batch_size))
        rows = []
        for row in history:
            member = row.pop("member")
            _, step_size, seed = members[member]
            ended = row["step"] == last
            rows.append(
                {
                    "dataset": dataset,
                    "samples": samples,
                    "augmentation": augmentation,
                    "precision": precision,
                    "batch_size": batch_size,
                    "probe_size": probe_size,
                    "architecture": architecture,
                    "width": width,
                    "normalization": normalization,
                    "initialization": initialization,
                    "phase": phase,
                    "step_size": step_size,
                    "seed": seed,
                    "steps_an_epoch": steps_an_epoch,
                    **row,
                    "final_loss": losses[member] if ended and math.isfinite(losses[member]) else None,
                    "final_accuracy": accuracies[member] if ended else None,
                }
            )
        return rows

    def share(phase: str, members: list[tuple[str, float, int]]) -> list[dict]:
        """The rows of these networks, those of the final phase counted from the first seed of this cell."""
        first = first_seed if phase == "final" else 0
        return [
            row | {"variant": ""} for row in train_members(phase, [(*what, seed + first) for *what, seed in members])
        ]

    rows = search_then_train(share, [""], step_sizes, search_seeds, seeds)
    return to_table(
        [{name: row[name] for name in COLUMNS} for row in rows if not first_seed or row["phase"] == "final"], COLUMNS
    )
