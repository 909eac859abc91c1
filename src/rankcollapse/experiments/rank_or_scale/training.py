"""Networks whose rank and scale were set apart, before and after training."""

import pyarrow as pa
import torch

from rankcollapse.experiments.mlps import training_set
from rankcollapse.experiments.rank_or_scale.cells import TrainingCell
from rankcollapse.experiments.rank_or_scale.networks import measured, starts
from rankcollapse.networks.mlp import join
from rankcollapse.storage.frames import rows_by, to_table
from rankcollapse.training.contest import at_each
from rankcollapse.training.data import Data, random_batches
from rankcollapse.training.outcomes import ended, outcomes, tried
from rankcollapse.training.session import Session
from rankcollapse.training.trainer import Plan, train


def run(cell: TrainingCell, *, device: str, session: Session) -> pa.Table:
    """Train networks from every start, each with the step size of the grid that serves it best.

    Returns:
        One row a network, after one for each step size that was dropped.

    Raises:
        UserError: the data set is not in the cache, or smaller than a batch.
    """
    images, labels = training_set(cell, device)
    keys = [("rank_or_scale", cell.depth, seed) for seed in range(cell.seeds)]
    networks = starts(cell, images, keys, session)
    batch = images[random_batches([(*key, "probe") for key in keys], len(images), cell.batch_size)]
    before = {}
    for variant, network in networks.items():
        with torch.no_grad():
            rows = rows_by("seed", measured(network.hidden_state(batch, network.depth)))
        before |= {(variant, row.pop("seed")): row for row in rows}
    members, contests = at_each(cell.step_sizes, list(networks), range(cell.seeds))
    data = Data.shared(images, labels, len(members))
    steps = cell.epochs * (len(images) // cell.batch_size)
    plan = Plan(
        step_sizes=[member.step_size for member in members],
        batch_size=cell.batch_size,
        epochs=cell.epochs,
        keys=[("rank_or_scale", cell.depth, member.seed) for member in members],
        contests=contests,
    )
    stacked = join([networks[variant].select([seed]) for variant, _, seed in members])
    trained = train(stacked, data, plan, session)
    rows = tried(trained, members) + ended(trained, members, outcomes(trained, data, cell.batch_size), steps)
    found = []
    for row in rows:
        rank, scale = variant = row.pop("variant")
        found.append(row | {"rank": rank, "scale": scale} | before[variant, row["seed"]])
    return to_table(cell, found)
