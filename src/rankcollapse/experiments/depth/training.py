"""Final training accuracy against depth (Figure 1, right)."""

import math
from typing import Literal

import pyarrow as pa
import torch

from rankcollapse.datasets.catalogue import find
from rankcollapse.datasets.load import load_training_set
from rankcollapse.frames import to_table
from rankcollapse.networks import MLP, mlp
from rankcollapse.parameters import BatchSize, Count, Depth, StepSizes
from rankcollapse.search import search_then_train
from rankcollapse.seeding import generator
from rankcollapse.session import Session
from rankcollapse.training import Data, evaluate, train

COLUMNS = {
    "dataset": "data set of the catalogue",
    "width": "units of every hidden layer",
    "batch_size": "samples in a batch, in training and in evaluation",
    "epochs": "passes over the training set",
    "variant": "vanilla or bn",
    "optimizer": "sgd or adam",
    "depth": "hidden-to-hidden layers",
    "phase": "search (choosing the step size) or final (with the chosen one)",
    "step_size": "step size of the optimizer",
    "seed": "number of the network; search and final networks share no random numbers",
    "final_loss": "mean cross entropy over the whole training set, BN on batch statistics; missing if diverged",
    "final_accuracy": "accuracy over the whole training set, BN on batch statistics",
    "sampled_accuracy": "accuracy on 1,000 random training images, BN on batch statistics; final networks only",
    "population_accuracy": "accuracy over the whole training set, BN on the statistics of all; final networks only",
    "diverged": "whether the final loss is not finite",
}
OTHER_ACCURACIES = ("sampled_accuracy", "population_accuracy")
SAMPLED = 1000  # images on which the release measures accuracy (D2)


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
    session: Session,
    optimizer: Literal["sgd", "adam"] = "sgd",
    search: bool = True,
) -> pa.Table:
    """Train ReLU MLPs: first a search over step sizes, then fresh networks with the best one.

    Args:
        variant: "bn" for batch normalization before every ReLU, "vanilla" for none.
        depth: hidden-to-hidden layers `h`.
        dataset: data set to train on, pixels in [0, 1].
        width: units of every hidden layer.
        batch_size: images in a batch.
        epochs: passes over the training set.
        step_sizes: grid of step sizes.
        search_seeds: networks for each step size of the grid.
        seeds: networks trained with the chosen step size.
        device: torch device.
        session: where checkpoints go.
        optimizer: "sgd", or "adam" as the release has it for BN networks (D1).
        search: whether the step size is searched; if not, the final networks are trained with each of the grid.

    Returns:
        One row a trained network, see `COLUMNS`.

    Raises:
        UserError: the data set is not in the cache, or smaller than a batch.
    """
    images, labels = load_training_set(dataset)
    images, labels = images.to(device), labels.to(device)

    def train_members(phase: str, members: list[tuple[str, float, int]]) -> list[dict]:
        """One ensemble of a network for each (variant, step size, seed); a seed is the same at any step size."""
        key = ("depth.training", variant, depth, phase)
        network = mlp(
            images[0].numel(),
            width,
            depth,
            find(dataset).classes,
            normalized=variant == "bn",
            generators=[generator(*key, "weights", seed) for *_, seed in members],
            device=device,
        )
        data = Data.shared(images, labels, len(members))
        train(
            network,
            data,
            step_sizes=[step_size for _, step_size, _ in members],
            batch_size=batch_size,
            epochs=epochs,
            keys=[(*key, seed) for *_, seed in members],
            optimizer=optimizer,
            session=session,
            phase=phase,
        )
        losses, accuracies = evaluate(network, data, batch_size)
        draws = [generator(*key, "sample", seed) for *_, seed in members]
        others = _other_accuracies(network, data, batch_size, draws, accuracies) if phase == "final" else {}
        return [
            {
                "dataset": dataset,
                "width": width,
                "batch_size": batch_size,
                "epochs": epochs,
                "variant": variant,
                "optimizer": optimizer,
                "depth": depth,
                "phase": phase,
                "step_size": step_size,
                "seed": seed,
                "final_loss": loss if math.isfinite(loss) else None,
                "final_accuracy": accuracy,
                **{name: others[name][member] if others else None for name in OTHER_ACCURACIES},
                "diverged": not math.isfinite(loss),
            }
            for member, ((_, step_size, seed), loss, accuracy) in enumerate(
                zip(members, losses.tolist(), accuracies.tolist(), strict=True)
            )
        ]

    if search:
        rows = search_then_train(train_members, [variant], step_sizes, search_seeds, seeds)
    else:
        rows = train_members("final", [(variant, step, seed) for step in step_sizes for seed in range(seeds)])
    return to_table(rows, COLUMNS)


def _other_accuracies(
    network: MLP, data: Data, batch_size: int, draws: list[torch.Generator], accuracies: torch.Tensor
) -> dict[str, list[float]]:
    """What else one could call the accuracy of a network, for every member (D2)."""
    subsets = torch.stack([torch.randperm(data.samples, generator=draw)[:SAMPLED] for draw in draws])
    sample = Data(data.images, data.labels, subsets.to(data.images.device))
    population = accuracies
    if network.layers[0].gain is not None:  # one batch of all images: their statistics are BN's
        parts = network.parts(1)
        population = torch.cat([evaluate(part, data.members(group), data.samples)[1] for group, part in parts])
    found = (evaluate(network, sample, batch_size)[1], population)
    return {name: values.tolist() for name, values in zip(OTHER_ACCURACIES, found, strict=True)}
