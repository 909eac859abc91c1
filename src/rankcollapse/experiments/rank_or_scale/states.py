"""Rank and scale of the states of deep networks, and gradients in their layers, before training."""

import pyarrow as pa
import torch
from torch import Tensor

from rankcollapse.experiments.mlps import training_set
from rankcollapse.experiments.rank_or_scale.cells import StatesCell
from rankcollapse.experiments.rank_or_scale.networks import KINDS, draw, measured
from rankcollapse.storage.frames import rows_by, to_table
from rankcollapse.theory.rank_prediction import VARIANCES, predicted_ranks
from rankcollapse.training.data import random_batches
from rankcollapse.training.trainer import losses


def run(cell: StatesCell, *, device: str) -> pa.Table:
    """Measures of the hidden states of networks of the greatest depth.

    Its first `h` layers are a random network of depth `h`, so one network a seed serves all depths; its values at two
    depths are therefore not independent. (A residual branch is scaled by the depth of the whole network.)

    Returns:
        One row a depth and seed.

    Raises:
        UserError: the data set is not in the cache, or smaller than a batch.
    """
    images, labels = training_set(cell, device)
    key, seeds = ("rank_or_scale.states",), range(cell.seeds)  # the same in all kinds
    network = draw(cell, images, max(cell.depths), [(*key, "weights", seed) for seed in seeds])
    network = network.mapped(lambda p: p.requires_grad_())
    index = random_batches([(*key, "batch", seed) for seed in seeds], len(images), cell.batch_size)
    loss = losses(network.logits(images[index]), labels[index]).mean(1).sum()  # members do not mix
    gradients = torch.autograd.grad(loss, network.weights(network.depth))
    predicted = _predicted(cell, images[index])
    rows = []
    with torch.no_grad():
        for depth, H in enumerate(network.hidden_states(images[index])):
            if depth in cell.depths:
                found = measured(H) | {"gradient_norm": gradients[depth].double().square().sum((1, 2)).sqrt()}
                of_depth = rows_by("seed", found, depth=depth)
                rows += [row | {"predicted_rank": predicted[row["seed"]].get(depth)} for row in of_depth]
    return to_table(cell, rows)


def _predicted(cell: StatesCell, batches: Tensor) -> list[dict[int, int]]:
    """For each batch the rank that theory predicts, by depth; nothing where it does not apply."""
    laws = KINDS[cell.network]
    if cell.network == "bn" or "wiring" in laws or laws["initialization"] not in VARIANCES:
        return [{} for _ in batches]
    gain, bias = VARIANCES[laws["initialization"]]
    matrices = batches.flatten(2).transpose(1, 2).double().cpu().numpy()
    return [
        dict(zip(cell.depths, predicted_ranks(X, cell.width, cell.depths, gain=gain, bias=bias), strict=True))
        for X in matrices
    ]
