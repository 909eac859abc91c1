"""Training with and without pre-training by rank, against depth (Figure 4)."""

from functools import partial

import pyarrow as pa
from torch import Tensor

from rankcollapse.experiments.mlps import draw_mlps, training_set
from rankcollapse.experiments.pretraining.cells import PretrainingCell
from rankcollapse.networks.mlp import MLP, join
from rankcollapse.storage.frames import to_table
from rankcollapse.training.data import Data
from rankcollapse.training.outcomes import outcomes, with_outcomes
from rankcollapse.training.pretraining import Lifting, pretrain
from rankcollapse.training.session import Session
from rankcollapse.training.step_size import Member, Row, search_then_train
from rankcollapse.training.trainer import Plan, train


def run(cell: PretrainingCell, *, device: str, session: Session) -> pa.Table:
    """Train ReLU MLPs that start from Glorot's normal weights and zero biases.

    Returns:
        Rows of history, one a trained network and epoch (for those of the search, the last).

    Raises:
        UserError: the data set is not in the cache, or smaller than a batch.
    """
    images, labels = training_set(cell, device)
    images = images * (255 if cell.pixels == "raw" else 1)
    variants = ["bn"] if cell.variant == "bn" else ["vanilla", "pretrained"]

    train_members = partial(_train, cell, images, labels, session)
    return to_table(cell, search_then_train(train_members, variants, cell.step_sizes, cell.search_seeds, cell.seeds))


def _starts(cell: PretrainingCell, images: Tensor, phase: str, seeds: int, session: Session) -> dict[str, MLP]:
    """The networks before training, by variant: one a seed, the weights of a seed the same in all."""
    key = ("pretraining.training", cell.depth, phase)
    weights = [(*key, "weights", seed) for seed in range(seeds)]
    start = draw_mlps(cell, images, cell.depth, weights, initialization="glorot_normal")
    if cell.variant == "bn":
        return {"bn": start}
    lifted = start.select(list(range(seeds)))
    lifting = Lifting(
        objective="norm",
        targets=[lifted.depth],
        batches=cell.pretraining_batches,
        steps=cell.pretraining_steps,
        step_size=cell.pretraining_step_size,
        batch_size=cell.batch_size,
        keys=[(*key, "pre-training", seed) for seed in range(seeds)],
    )
    pretrain(lifted, images, lifting, session, f"{phase}-pretraining")
    return {"vanilla": start, "pretrained": lifted}


def _train(
    cell: PretrainingCell, images: Tensor, labels: Tensor, session: Session, phase: str, members: list[Member]
) -> list[Row]:
    """The rows of one ensemble; a seed is the same network before training at any step size."""
    starts = _starts(cell, images, phase, 1 + max(member.seed for member in members), session)
    network = join([starts[member.variant].select([member.seed]) for member in members])
    data = Data.shared(images, labels, len(members))
    steps_an_epoch = len(images) // cell.batch_size
    last = cell.epochs * steps_an_epoch
    plan = Plan(
        step_sizes=[member.step_size for member in members],
        batch_size=cell.batch_size,
        epochs=cell.epochs,
        keys=[("pretraining.training", cell.depth, phase, member.seed) for member in members],
        measure_at=range(0, last + 1, steps_an_epoch) if phase == "final" else [last],
        tau=cell.tau,
    )
    history = train(network, data, plan, session, f"{phase}-training")
    lifting = {"vanilla": 0, "bn": 0, "pretrained": cell.pretraining_batches * cell.pretraining_steps}
    return [
        row | {"phase": phase, "steps_an_epoch": steps_an_epoch, "pretraining_steps": lifting[row["variant"]]}
        for row in with_outcomes(history, members, outcomes(network, data, cell.batch_size), last)
    ]
