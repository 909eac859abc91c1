"""Final training accuracy against depth (Figure 1, right)."""

import math
from typing import Literal

import pyarrow as pa
import torch

from rankcollapse.datasets.catalogue import find
from rankcollapse.datasets.load import load_training_set
from rankcollapse.frames import to_table
from rankcollapse.networks import mlp
from rankcollapse.parameters import BatchSize, Count, Depth, StepSizes
from rankcollapse.seeding import generator
from rankcollapse.training import evaluate, train

COLUMNS = {
    "dataset": "data set of the catalogue",
    "width": "units of every hidden layer",
    "batch_size": "samples in a batch, in training and in evaluation",
    "epochs": "passes over the training set",
    "variant": "vanilla or bn",
    "depth": "hidden-to-hidden layers",
    "phase": "search (choosing the step size) or final (with the chosen one)",
    "step_size": "step size of SGD",
    "seed": "number of the network; search and final networks share no random numbers",
    "loss": "final mean cross entropy over the whole training set, BN on batch statistics; missing if diverged",
    "accuracy": "final accuracy over the whole training set, BN on batch statistics",
    "diverged": "whether the final loss is not finite",
}


def run(
    *,
    variant: Literal["vanilla", "bn"],
    depth: Depth,
    dataset: str,
    width: Count,
    batch_size: BatchSize,
    epochs: Count,
    step_sizes: StepSizes,
    search_seeds: Count,
    seeds: Count,
    device: str,
) -> pa.Table:
    """Train ReLU MLPs by SGD: first a search over step sizes, then fresh networks with the best one.

    The best step size has the least mean final training loss over the search's networks; one with a
    diverged network is never chosen, unless all have one, and then the smallest is taken.

    Args:
        variant: "bn" for batch normalization before every ReLU, "vanilla" for none.
        depth: hidden-to-hidden layers `h`.
        dataset: data set to train on, pixels in [0, 1].
        width: units of every hidden layer.
        batch_size: images in a batch.
        epochs: passes over the training set.
        step_sizes: grid of SGD step sizes.
        search_seeds: networks for each step size of the grid.
        seeds: networks trained with the chosen step size.
        device: torch device.

    Returns:
        One row a trained network, see `COLUMNS`.

    Raises:
        UserError: the data set is not in the cache, or smaller than a batch.
    """
    images, labels = load_training_set(dataset)
    images, labels = images.flatten(1).to(device), labels.to(device)

    def train_members(phase: str, members: list[tuple[float, int]]) -> list[dict]:
        """Train one network for each (step size, seed) as one ensemble; a seed is the same at any step size."""
        key = ("depth.training", variant, depth, phase)
        layers = mlp(
            images.shape[1],
            width,
            depth,
            find(dataset).classes,
            normalized=variant == "bn",
            generators=[generator(*key, "weights", seed) for _, seed in members],
            device=device,
        )
        train(
            layers,
            images,
            labels,
            step_sizes=torch.tensor([step_size for step_size, _ in members], device=device),
            batch_size=batch_size,
            epochs=epochs,
            orders=[generator(*key, "order", seed) for _, seed in members],
            description=f"{variant}, depth {depth}, {phase}",
        )
        losses, accuracies = evaluate(layers, images, labels, batch_size)
        return [
            {
                "dataset": dataset,
                "width": width,
                "batch_size": batch_size,
                "epochs": epochs,
                "variant": variant,
                "depth": depth,
                "phase": phase,
                "step_size": step_size,
                "seed": seed,
                "loss": loss if math.isfinite(loss) else None,
                "accuracy": accuracy,
                "diverged": not math.isfinite(loss),
            }
            for (step_size, seed), loss, accuracy in zip(members, losses.tolist(), accuracies.tolist(), strict=True)
        ]

    search = train_members("search", [(step, seed) for step in step_sizes for seed in range(search_seeds)])
    best = best_step_size(search)
    return to_table(search + train_members("final", [(best, seed) for seed in range(seeds)]), COLUMNS)


def best_step_size(rows: list[dict]) -> float:
    """The step size with the least mean loss; a diverged network counts as an infinite loss, ties go to the smaller.

    Args:
        rows: search networks with their `step_size` and `loss` (None if diverged).
    """
    losses: dict[float, list[float]] = {}
    for row in rows:
        losses.setdefault(row["step_size"], []).append(math.inf if row["loss"] is None else row["loss"])
    return min(losses, key=lambda step: (sum(losses[step]) / len(losses[step]), step))
