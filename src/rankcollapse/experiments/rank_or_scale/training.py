"""Networks whose rank and scale were set apart, before and after training."""

import pyarrow as pa
import torch
from torch import Tensor

from rankcollapse.experiments.mlps import training_set
from rankcollapse.experiments.rank_or_scale.cells import TrainingCell
from rankcollapse.experiments.rank_or_scale.networks import measured, starts
from rankcollapse.networks.mlp import MLP
from rankcollapse.storage.frames import rows_by, to_table
from rankcollapse.training.contest import at_each
from rankcollapse.training.data import Data, random_batches
from rankcollapse.training.outcomes import ended, outcomes, tried
from rankcollapse.training.session import Session
from rankcollapse.training.trainer import Plan, train

TIMES = 1  # step sizes are dropped after half of the steps, all at once: networks on a plateau look alike before


def run(cell: TrainingCell, *, device: str, session: Session) -> pa.Table:
    """Train networks from every start, each with the step size of the grid that serves it best.

    Returns:
        One row a network, after one for each step size that was dropped.

    Raises:
        UserError: the data set is not in the cache, or smaller than a batch.
    """
    images, labels = training_set(cell, device)
    keys = [("rank_or_scale.training", cell.depth, seed) for seed in range(cell.seeds)]
    batch = images[random_batches([(*key, "probe") for key in keys], len(images), cell.batch_size)]
    found = []
    for (rank, scale), network in starts(cell, images, keys, session).items():
        with torch.no_grad():
            before = rows_by("seed", measured(network.hidden_state(batch, network.depth)))
        rows = _trained(cell, network, images, labels, session, f"{rank}-{scale}-training")
        found += [row | {"rank": rank, "scale": scale} | before[row["seed"]] for row in rows]
    return to_table(cell, found)


def _trained(cell: TrainingCell, network: MLP, images: Tensor, labels: Tensor, session: Session, phase: str) -> list:
    """How the networks of one start end, one a seed, and what was tried."""
    members, contests = at_each(cell.step_sizes, [""], range(cell.seeds))
    data = Data.shared(images, labels, len(members))
    plan = Plan(
        step_sizes=[member.step_size for member in members],
        batch_size=cell.batch_size,
        epochs=cell.epochs,
        keys=[("rank_or_scale.training", cell.depth, member.seed) for member in members],
        contests=contests,
        times=TIMES,
    )
    trained = train(network.select([member.seed for member in members]), data, plan, session, phase)
    steps = cell.epochs * (len(images) // cell.batch_size)
    rows = tried(trained, members) + ended(trained, members, outcomes(trained, data, cell.batch_size), steps)
    return [{name: value for name, value in row.items() if name != "variant"} for row in rows]
