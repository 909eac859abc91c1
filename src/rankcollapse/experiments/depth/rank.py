"""Rank at initialization against depth (Figure 1, left)."""

from typing import Literal

import pyarrow as pa
import torch

from rankcollapse.datasets.catalogue import find
from rankcollapse.datasets.load import load_training_set
from rankcollapse.errors import UserError
from rankcollapse.frames import to_table
from rankcollapse.networks import mlp
from rankcollapse.parameters import BatchSize, Count, Depths, Tau
from rankcollapse.seeding import generator
from rankcollapse.spectra import measures

COLUMNS = {
    "dataset": "data set of the catalogue",
    "width": "units of every hidden layer",
    "batch_size": "samples in the batch on which the rank is measured",
    "variant": "vanilla or bn",
    "depth": "hidden-to-hidden layers before the measured state",
    "seed": "number of the random network and its random batch",
    "numerical_rank": "singular values above σ_max·max(d, N)·eps, float32",
    "participation_ratio": "(Tr M)² / ‖M‖_F²",
    "tau": "threshold of the soft rank",
    "soft_rank": "eigenvalues of M that are at least tau, M scaled to Tr M = d",
    "stable_rank": "Tr M / λ_max",
}


def run(
    *,
    variant: Literal["vanilla", "bn"],
    dataset: str,
    width: Count,
    batch_size: BatchSize,
    depths: Depths,
    seeds: Count,
    tau: Tau,
    device: str,
) -> pa.Table:
    """Rank measures of the last hidden state of ReLU MLPs at PyTorch's default initialization.

    The first `h` layers of a network of the greatest depth are a random network of depth `h`, so one
    network a seed serves all depths; its values at two depths are therefore not independent.

    Args:
        variant: "bn" for batch normalization before every ReLU, "vanilla" for none.
        dataset: data set whose training images, in [0, 1], are the input.
        width: units `d` of every hidden layer.
        batch_size: images `N` in a batch.
        depths: hidden-to-hidden layers `h` at which to measure.
        seeds: random networks, each with a random batch.
        tau: threshold of the soft rank, `0 <= tau < 1`.
        device: torch device.

    Returns:
        One row a depth and seed, see `COLUMNS`.

    Raises:
        UserError: the data set is not in the cache, or smaller than a batch.
    """
    images, _ = load_training_set(dataset)
    if batch_size > len(images):
        raise UserError(f"batch_size={batch_size}: {dataset} has {len(images)} training images only")
    network = mlp(
        images[0].numel(),
        width,
        max(depths),
        find(dataset).classes,
        normalized=variant == "bn",
        generators=[generator("depth.rank", variant, "weights", seed) for seed in range(seeds)],
        device=device,
    )
    draws = [generator("depth.rank", variant, "batch", seed) for seed in range(seeds)]
    index = torch.stack([torch.randperm(len(images), generator=draw)[:batch_size] for draw in draws])
    X = images[index].to(device)  # (seeds, N, channels, height, width)
    rows = []
    for depth, H in enumerate(network.hidden_states(X)):
        if depth not in depths:
            continue
        measured = {name: values.tolist() for (name, _), values in measures(H, [tau]).items()}
        rows += [
            {
                "dataset": dataset,
                "width": width,
                "batch_size": batch_size,
                "variant": variant,
                "depth": depth,
                "seed": seed,
                "tau": tau,
                **{name: values[seed] for name, values in measured.items()},
            }
            for seed in range(seeds)
        ]
    return to_table(rows, COLUMNS)
