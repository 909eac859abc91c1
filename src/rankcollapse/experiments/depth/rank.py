"""Rank at initialization against depth (Figure 1, left)."""

from typing import Literal

import pyarrow as pa
import torch

from rankcollapse import spectra
from rankcollapse.datasets.load import load_training_set
from rankcollapse.frames import to_table
from rankcollapse.networks import hidden_states, mlp
from rankcollapse.seeding import generator

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
    width: int,
    batch_size: int,
    depths: list[int],
    seeds: int,
    tau: float,
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
    """
    images, labels = load_training_set(dataset)
    images = images.flatten(1)
    generators = [generator("depth.rank", variant, seed) for seed in range(seeds)]
    layers = mlp(
        images.shape[1],
        width,
        max(depths),
        int(labels.max()) + 1,
        normalized=variant == "bn",
        generators=generators,
        device=device,
    )
    index = torch.stack([torch.randperm(len(images), generator=g)[:batch_size] for g in generators])
    X = images[index].transpose(1, 2).to(device)  # (seeds, inputs, N)
    rows = []
    for depth, H in enumerate(hidden_states(layers, X)):
        if depth not in depths:
            continue
        measures = {
            "numerical_rank": spectra.numerical_rank(H).tolist(),
            "participation_ratio": spectra.participation_ratio(H).tolist(),
            "soft_rank": spectra.soft_rank(H, tau).tolist(),
            "stable_rank": spectra.stable_rank(H).tolist(),
        }
        rows += [
            {
                "dataset": dataset,
                "width": width,
                "batch_size": batch_size,
                "variant": variant,
                "depth": depth,
                "seed": seed,
                "tau": tau,
                **{name: values[seed] for name, values in measures.items()},
            }
            for seed in range(seeds)
        ]
    return to_table(rows, COLUMNS)
