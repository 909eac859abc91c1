"""Training with and without pre-training by rank, against depth (Figure 4)."""

import math
from typing import Literal

import pyarrow as pa

from rankcollapse.datasets.catalogue import find
from rankcollapse.datasets.load import load_training_set
from rankcollapse.frames import to_table
from rankcollapse.networks import join, mlp
from rankcollapse.parameters import BatchSize, Count, Depth, StepSize, StepSizes, Tau, Variant
from rankcollapse.pretraining import pretrain
from rankcollapse.search import search_then_train
from rankcollapse.seeding import generator
from rankcollapse.session import Session
from rankcollapse.training import HISTORY, Data, evaluate, train

COLUMNS = {
    "dataset": "data set of the catalogue",
    "width": "units of every hidden layer",
    "batch_size": "samples in a batch",
    "variant": "vanilla, pretrained (vanilla after pre-training) or bn",
    "depth": "hidden-to-hidden layers",
    "pixels": "scaled (from 0 to 1) or raw (from 0 to 255)",
    "phase": "search (choosing the step size) or final (with the chosen one)",
    "step_size": "step size of SGD",
    "seed": "number of the network; the same seed is the same initial weights and order of data in all variants",
    "pretraining_steps": "gradient steps of pre-training before the first step of training",
    "steps_an_epoch": "gradient steps in an epoch",
    **HISTORY,
    "final_loss": "at the last step: mean cross entropy over the whole training set, BN on batch statistics",
    "final_accuracy": "at the last step: accuracy over the whole training set, BN on batch statistics",
}


def run(
    *,
    variant: Variant,
    depth: Depth,
    dataset: str,
    width: Count,
    batch_size: BatchSize,
    epochs: Count,
    step_sizes: StepSizes,
    search_seeds: Count,
    seeds: Count,
    pretraining_batches: Count,
    pretraining_steps: Count,
    pretraining_step_size: StepSize,
    tau: Tau,
    device: str,
    session: Session,
    pixels: Literal["scaled", "raw"] = "scaled",
) -> pa.Table:
    """Train ReLU MLPs that start from Glorot's normal weights and zero biases.

    Args:
        variant: "bn" for networks with BN; "vanilla" for networks without, with and without pre-training.
        depth: hidden-to-hidden layers `h`.
        dataset: data set to train on.
        width: units of every hidden layer.
        batch_size: images in a batch, in pre-training and in training.
        epochs: passes over the training set.
        step_sizes: grid of SGD step sizes, searched for each variant.
        search_seeds: networks for each step size of the grid.
        seeds: networks trained with the chosen step size.
        pretraining_batches: random batches of pre-training.
        pretraining_steps: gradient steps on each.
        pretraining_step_size: size of a step of pre-training.
        tau: threshold of the soft rank.
        device: torch device.
        session: where checkpoints go.
        pixels: "scaled" to [0, 1], or "raw" from 0 to 255 as in the release (D6).

    Returns:
        Rows of history, one a trained network and epoch (for those of the search, the last), see `COLUMNS`.

    Raises:
        UserError: the data set is not in the cache, or smaller than a batch.
    """
    images, labels = load_training_set(dataset)
    images, labels = images.to(device) * (255 if pixels == "raw" else 1), labels.to(device)
    variants = ["bn"] if variant == "bn" else ["vanilla", "pretrained"]
    steps_an_epoch = len(images) // batch_size

    def train_members(phase: str, members: list[tuple[str, float, int]]) -> list[dict]:
        """One ensemble of a network for each (variant, step size, seed)."""
        key = ("pretraining.training", depth, phase)
        count = 1 + max(seed for *_, seed in members)
        start = mlp(
            images[0].numel(),
            width,
            depth,
            find(dataset).classes,
            normalized=variant == "bn",
            generators=[generator(*key, "weights", seed) for seed in range(count)],
            device=device,
            initialization="glorot_normal",
        )
        starts = {"vanilla": start, "bn": start}
        if "pretrained" in variants:
            starts["pretrained"] = start.select(list(range(count)))
            pretrain(
                starts["pretrained"],
                images,
                objective="norm",
                targets=[depth + 1],
                batches=pretraining_batches,
                steps=pretraining_steps,
                step_size=pretraining_step_size,
                batch_size=batch_size,
                keys=[(*key, "pre-training", seed) for seed in range(count)],
                session=session,
                phase=f"{phase}-pretraining",
            )
        network = join([starts[variant].select([seed]) for variant, _, seed in members])
        data = Data.shared(images, labels, len(members))
        last = epochs * steps_an_epoch
        history = train(
            network,
            data,
            step_sizes=[step_size for _, step_size, _ in members],
            batch_size=batch_size,
            epochs=epochs,
            keys=[(*key, seed) for *_, seed in members],
            measure_at=range(0, last + 1, steps_an_epoch) if phase == "final" else [last],
            tau=tau,
            session=session,
            phase=f"{phase}-training",
        )
        losses, accuracies = (values.tolist() for values in evaluate(network, data, batch_size))
        rows = []
        for row in history:
            member = row.pop("member")
            name, step_size, seed = members[member]
            loss, ended = losses[member], row["step"] == last
            rows.append(
                {
                    "dataset": dataset,
                    "width": width,
                    "batch_size": batch_size,
                    "variant": name,
                    "depth": depth,
                    "pixels": pixels,
                    "phase": phase,
                    "step_size": step_size,
                    "seed": seed,
                    "pretraining_steps": pretraining_batches * pretraining_steps if name == "pretrained" else 0,
                    "steps_an_epoch": steps_an_epoch,
                    **row,
                    "final_loss": loss if ended and math.isfinite(loss) else None,
                    "final_accuracy": accuracies[member] if ended else None,
                }
            )
        return rows

    return to_table(search_then_train(train_members, variants, step_sizes, search_seeds, seeds), COLUMNS)
