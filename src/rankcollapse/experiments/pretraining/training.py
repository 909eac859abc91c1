"""Training with and without pre-training by rank, against depth (Figure 4)."""

import pyarrow as pa
from torch import Tensor

from rankcollapse.experiments.mlps import draw_mlps, training_set
from rankcollapse.experiments.pretraining.cells import PretrainingCell
from rankcollapse.networks.mlp import MLP, join
from rankcollapse.storage.frames import to_table
from rankcollapse.training.contest import at_each
from rankcollapse.training.data import Data
from rankcollapse.training.outcomes import course
from rankcollapse.training.pretraining import Lifting, pretrain
from rankcollapse.training.session import Session
from rankcollapse.training.trainer import Plan, train


def run(cell: PretrainingCell, *, device: str, session: Session) -> pa.Table:
    """Train ReLU MLPs that start from Glorot's normal weights and zero biases.

    Each takes the step size of the grid that serves it best. Pre-training is the same at all of them.

    Returns:
        Rows of history, one a network and epoch, after one for each step size that was dropped.

    Raises:
        UserError: the data set is not in the cache, or smaller than a batch.
    """
    images, labels = training_set(cell, device)
    images = images * (255 if cell.pixels == "raw" else 1)
    starts = _starts(cell, images, session)
    members, contests = at_each(cell.step_sizes, list(starts), range(cell.seeds))
    network = join([starts[variant].select([seed]) for variant, _, seed in members])
    data = Data.shared(images, labels, len(members))
    steps_an_epoch = len(images) // cell.batch_size
    plan = Plan(
        step_sizes=[member.step_size for member in members],
        batch_size=cell.batch_size,
        epochs=cell.epochs,
        keys=[("pretraining.training", cell.depth, member.seed) for member in members],
        measure_at=range(0, cell.epochs * steps_an_epoch + 1, steps_an_epoch or 1),
        tau=cell.tau,
        contests=contests,
    )
    lifting = {"vanilla": 0, "bn": 0, "pretrained": cell.pretraining_batches * cell.pretraining_steps}
    rows = course(train(network, data, plan, session), members, data, cell.batch_size)
    return to_table(
        cell,
        [row | {"steps_an_epoch": steps_an_epoch, "pretraining_steps": lifting[row["variant"]]} for row in rows],
    )


def _starts(cell: PretrainingCell, images: Tensor, session: Session) -> dict[str, MLP]:
    """The networks before training, by variant: one a seed, the weights of a seed the same in all."""
    keys = [("pretraining.training", cell.depth, seed) for seed in range(cell.seeds)]
    weights = [(*key, "weights") for key in keys]
    start = draw_mlps(cell, images, cell.depth, weights, initialization="glorot_normal")
    if cell.variant == "bn":
        return {"bn": start}
    lifted = start.select(list(range(cell.seeds)))
    lifting = Lifting(
        objective="norm",
        targets=[lifted.depth],
        batches=cell.pretraining_batches,
        steps=cell.pretraining_steps,
        step_size=cell.pretraining_step_size,
        batch_size=cell.batch_size,
        keys=[(*key, "pre-training") for key in keys],
    )
    pretrain(lifted, images, lifting, session)
    return {"vanilla": start, "pretrained": lifted}
