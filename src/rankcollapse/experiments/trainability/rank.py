"""Rank at initialization against depth (Figure 1, left)."""

import pyarrow as pa

from rankcollapse.experiments.mlps import draw_mlps, training_set
from rankcollapse.experiments.trainability.cells import RankCell
from rankcollapse.storage.frames import rows_by, to_table
from rankcollapse.theory.spectra import measures
from rankcollapse.training.data import random_batches


def run(cell: RankCell, *, device: str) -> pa.Table:
    """Rank measures of the last hidden state of ReLU MLPs at PyTorch's default initialization.

    The first `h` layers of a network of the greatest depth are a random network of depth `h`, so one
    network a seed serves all depths; its values at two depths are therefore not independent.

    Returns:
        One row a depth and seed.

    Raises:
        UserError: the data set is not in the cache, or smaller than a batch.
    """
    images, _ = training_set(cell, device)
    key = ("depth.rank", cell.variant)
    network = draw_mlps(cell, images, max(cell.depths), [(*key, "weights", seed) for seed in range(cell.seeds)])
    index = random_batches([(*key, "batch", seed) for seed in range(cell.seeds)], len(images), cell.batch_size)
    rows = []
    for depth, H in enumerate(network.hidden_states(images[index])):
        if depth in cell.depths:
            measured = {name: values for (name, _), values in measures(H, [cell.tau]).items()}
            rows += rows_by("seed", measured, depth=depth)
    return to_table(cell, rows)
