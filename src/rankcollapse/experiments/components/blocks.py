"""Rank after every block of convolutional networks at initialization (Figure 5)."""

import itertools

import pyarrow as pa
import torch

from rankcollapse.datasets.load import load_training_set
from rankcollapse.experiments.components.cells import BlocksCell, Variant
from rankcollapse.experiments.components.start import start
from rankcollapse.networks.convolutional import fitted
from rankcollapse.storage.frames import to_table
from rankcollapse.theory.spectra import measures, rescaled
from rankcollapse.training.contest import Row
from rankcollapse.training.data import random_batches
from rankcollapse.training.session import Session


def run(cell: BlocksCell, *, device: str, session: Session) -> pa.Table:
    """Rank measures of the states of convolutional networks, one row of a state a channel and position.

    The networks are the first of those that the training of Figure 5 trains, each with a random batch of its own.

    Returns:
        One row a variant, block and seed.

    Raises:
        UserError: the data set is not in the cache, smaller than a batch, or its images have another size.
    """
    images, _ = load_training_set(cell.dataset)
    images = fitted(images, cell.dataset).to(device)
    keys = [("components", seed) for seed in range(cell.seeds)]
    batches = random_batches([(*key, "probe") for key in keys], len(images), cell.probe_size, "probe_size")
    X = images[batches.to(device)]
    rows: list[Row] = []
    for variant in itertools.starmap(Variant, itertools.product(cell.normalizations, cell.initializations)):
        if not variant.suits(cell.architecture):
            continue
        network = start(cell, variant, images, keys, session)
        with torch.no_grad():
            for block, H in enumerate(network.hidden_states(X), start=1):
                about = {**variant._asdict(), "block": block, "blocks": network.depth, "features": H.shape[1]}
                rows += [about | {"seed": seed} | rank for seed, rank in enumerate(_ranks(H))]
    return to_table(cell, rows)


def _ranks(H: torch.Tensor) -> list[Row]:
    """The rank of the state of each member, `H` of shape `(E, d, N)`; None for one that is not finite."""
    finite = H.isfinite().flatten(1).all(1).tolist()
    measured = measures(rescaled(torch.nan_to_num(H, 0, 0, 0)))
    return [
        {
            name: measured[name, None][member].item() if finite[member] else None
            for name in ("numerical_rank", "participation_ratio")
        }
        for member in range(len(H))
    ]
