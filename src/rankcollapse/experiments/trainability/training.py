"""Final training accuracy against depth (Figure 1, right)."""

from functools import partial

import pyarrow as pa
from torch import Tensor

from rankcollapse.experiments.mlps import draw_mlps, training_set
from rankcollapse.experiments.trainability.cells import TrainingCell
from rankcollapse.networks.mlp import MLP
from rankcollapse.storage.frames import to_table
from rankcollapse.training.data import Data, random_batches
from rankcollapse.training.outcomes import outcomes
from rankcollapse.training.session import Session
from rankcollapse.training.step_size import Member, Row, search_then_train
from rankcollapse.training.trainer import Plan, evaluate, train

OTHER_ACCURACIES = ("sampled_accuracy", "population_accuracy")
SAMPLED = 1000  # images on which the release measures accuracy (D2)


def run(cell: TrainingCell, *, device: str, session: Session) -> pa.Table:
    """Train ReLU MLPs: first a search over step sizes, then fresh networks with the best one.

    Returns:
        One row a trained network.

    Raises:
        UserError: the data set is not in the cache, or smaller than a batch.
    """
    images, labels = training_set(cell, device)

    train_members = partial(_train, cell, images, labels, session)
    if cell.search:
        rows = search_then_train(train_members, [cell.variant], cell.step_sizes, cell.search_seeds, cell.seeds)
    else:
        every = [Member(cell.variant, step, seed) for step in cell.step_sizes for seed in range(cell.seeds)]
        rows = train_members("final", every)
    return to_table(cell, rows)


def _train(
    cell: TrainingCell, images: Tensor, labels: Tensor, session: Session, phase: str, members: list[Member]
) -> list[Row]:
    """The rows of one ensemble; a seed is the same network at any step size."""
    key = ("depth.training", cell.variant, cell.depth, phase)
    network = draw_mlps(cell, images, cell.depth, [(*key, "weights", member.seed) for member in members])
    data = Data.shared(images, labels, len(members))
    plan = Plan(
        step_sizes=[member.step_size for member in members],
        batch_size=cell.batch_size,
        epochs=cell.epochs,
        keys=[(*key, member.seed) for member in members],
        optimizer=cell.optimizer,
    )
    train(network, data, plan, session, phase)
    ends = outcomes(network, data, cell.batch_size)
    others = [dict.fromkeys(OTHER_ACCURACIES)] * len(members)
    if phase == "final":
        sampled = [(*key, "sample", member.seed) for member in members]
        others = _other_accuracies(network, data, cell.batch_size, sampled, ends)
    return [
        member._asdict() | {"phase": phase, "diverged": end["final_loss"] is None} | end | other
        for member, end, other in zip(members, ends, others, strict=True)
    ]


def _other_accuracies(
    network: MLP, data: Data, batch_size: int, keys: list[tuple], ends: list[Row]
) -> list[dict[str, float]]:
    """What else one could call the accuracy of a network, for every member (D2)."""
    sample = Data(
        data.images, data.labels, random_batches(keys, data.samples, min(SAMPLED, data.samples)).to(data.images.device)
    )
    sampled = evaluate(network, sample, batch_size)[1].tolist()
    population = [end["final_accuracy"] for end in ends]
    if network.layers[0].gain is not None:  # one batch of all images: their statistics are BN's
        parts = network.parts(1)
        population = [evaluate(part, data.members(group), data.samples)[1].item() for group, part in parts]
    return [dict(zip(OTHER_ACCURACIES, pair, strict=True)) for pair in zip(sampled, population, strict=True)]
