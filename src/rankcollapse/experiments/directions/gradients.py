"""Cosines between per-sample gradients of the last layer at initialization."""

import pyarrow as pa
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.func import grad, vmap

from rankcollapse.datasets.catalogue import find
from rankcollapse.datasets.load import load_training_set
from rankcollapse.errors import UserError
from rankcollapse.frames import to_table
from rankcollapse.networks import MLP, mlp
from rankcollapse.parameters import BatchSize, Count, Depths, Variant
from rankcollapse.seeding import generator
from rankcollapse.spectra import participation_ratio

COLUMNS = {
    "dataset": "data set of the catalogue",
    "width": "units of every hidden layer",
    "batch_size": "samples in the batch",
    "variant": "vanilla or bn",
    "depth": "hidden-to-hidden layers",
    "seed": "number of the random network and its random batch; the networks of all depths are drawn separately",
    "participation_ratio": "(Tr M)² / ‖M‖_F² of the last hidden state",
    "unit_cosine": "mean absolute cosine between two samples' gradients in one output unit's weights, over all units",
    "matrix_cosine": "mean absolute cosine between two samples' gradients in the whole last weight matrix",
}


def per_sample_gradients(network: MLP, H: Tensor, labels: Tensor) -> Tensor:
    """Gradients of every sample's cross entropy in the weights of the last layer.

    Args:
        network: an ensemble of `E` members.
        H: its last hidden state, `(E, d, N)`.
        labels: `(E, N)`.

    Returns:
        Tensor `(E, N, classes, d)`.
    """

    def loss(weight: Tensor, bias: Tensor, h: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(weight @ h + bias, y)

    of_samples = vmap(grad(loss), in_dims=(None, None, 1, 0))
    last = network.layers[-1]
    return vmap(of_samples)(last.weight, last.bias.squeeze(-1), H, labels)


def mean_absolute_cosine(vectors: Tensor) -> Tensor:
    """Mean absolute cosine over all pairs of the `n` vectors `(..., n, d)`; a zero vector has cosine 0 with all."""
    tiny = torch.finfo(vectors.dtype).tiny
    scaled = vectors / vectors.abs().amax(-1, keepdim=True).clamp_min(tiny)  # no square underflows
    unit = F.normalize(scaled, dim=-1, eps=tiny)
    cosines = (unit @ unit.mT).abs()
    n = vectors.shape[-2]
    return (cosines.sum((-2, -1)) - cosines.diagonal(dim1=-2, dim2=-1).sum(-1)) / (n * (n - 1))


@torch.no_grad()
def run(
    *,
    variant: Variant,
    dataset: str,
    width: Count,
    batch_size: BatchSize,
    depths: Depths,
    seeds: Count,
    device: str,
) -> pa.Table:
    """Cosines in ReLU MLPs at PyTorch's default initialization.

    Args:
        variant: "bn" for batch normalization before every ReLU, "vanilla" for none.
        dataset: data set whose training images, in [0, 1], are the input.
        width: units of every hidden layer.
        batch_size: images in a batch.
        depths: hidden-to-hidden layers `h`.
        seeds: random networks at each depth, each with a random batch.
        device: torch device.

    Returns:
        One row a depth and seed, see `COLUMNS`.

    Raises:
        UserError: the data set is not in the cache, or smaller than a batch.
    """
    images, labels = load_training_set(dataset)
    if batch_size > len(images):
        raise UserError(f"batch_size={batch_size}: {dataset} has {len(images)} training images only")
    rows = []
    for depth in depths:
        key = ("directions.gradients", variant, depth)
        draws = [generator(*key, "batch", seed) for seed in range(seeds)]
        index = torch.stack([torch.randperm(len(images), generator=draw)[:batch_size] for draw in draws])
        network = mlp(
            images[0].numel(),
            width,
            depth,
            find(dataset).classes,
            normalized=variant == "bn",
            generators=[generator(*key, "weights", seed) for seed in range(seeds)],
            device=device,
        )
        for state in network.hidden_states(images[index].to(device)):
            H = state
        gradients = per_sample_gradients(network, H, labels[index].to(device))  # (seeds, N, classes, d)
        measured = {
            "participation_ratio": participation_ratio(H),
            "unit_cosine": mean_absolute_cosine(gradients.transpose(1, 2)).mean(1),
            "matrix_cosine": mean_absolute_cosine(gradients.flatten(2)),
        }
        columns = {name: values.tolist() for name, values in measured.items()}
        rows += [
            {
                "dataset": dataset,
                "width": width,
                "batch_size": batch_size,
                "variant": variant,
                "depth": depth,
                "seed": seed,
                **{name: values[seed] for name, values in columns.items()},
            }
            for seed in range(seeds)
        ]
    return to_table(rows, COLUMNS)
