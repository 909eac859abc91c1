"""Cosines between per-sample gradients of the last layer at initialization."""

import pyarrow as pa
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.func import grad, vmap

from rankcollapse.experiments.gradient_cosines.cells import GradientCell
from rankcollapse.experiments.mlps import draw_mlps, training_set
from rankcollapse.networks.mlp import MLP
from rankcollapse.storage.frames import rows_by, to_table
from rankcollapse.theory.spectra import participation_ratio
from rankcollapse.training.data import random_batches


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
def run(cell: GradientCell, *, device: str) -> pa.Table:
    """Cosines in ReLU MLPs at PyTorch's default initialization.

    Returns:
        One row a depth and seed.

    Raises:
        UserError: the data set is not in the cache, or smaller than a batch.
    """
    images, labels = training_set(cell, device)
    rows = []
    for depth in cell.depths:
        key = ("directions.gradients", cell.variant, depth)
        index = random_batches([(*key, "batch", seed) for seed in range(cell.seeds)], len(images), cell.batch_size)
        network = draw_mlps(cell, images, depth, [(*key, "weights", seed) for seed in range(cell.seeds)])
        H = network.hidden_state(images[index], network.depth)
        gradients = per_sample_gradients(network, H, labels[index])  # (seeds, N, classes, d)
        measured = {
            "participation_ratio": participation_ratio(H),
            "unit_cosine": mean_absolute_cosine(gradients.transpose(1, 2)).mean(1),
            "matrix_cosine": mean_absolute_cosine(gradients.flatten(2)),
        }
        rows += rows_by("seed", measured, depth=depth)
    return to_table(cell, rows)
