"""Training on two classes at a time, against depth."""

import itertools

import pyarrow as pa
import torch

from rankcollapse.datasets.catalogue import find
from rankcollapse.errors import UserError
from rankcollapse.experiments.mlps import draw_mlps, training_set
from rankcollapse.experiments.two_classes.cells import PairsCell
from rankcollapse.storage.frames import to_table
from rankcollapse.theory.random_streams import generator
from rankcollapse.training.data import Data
from rankcollapse.training.outcomes import outcomes
from rankcollapse.training.session import Session
from rankcollapse.training.step_size import Member, Row, search_then_train
from rankcollapse.training.trainer import Plan, train


def run(cell: PairsCell, *, device: str, session: Session) -> pa.Table:
    """Train a ReLU MLP at PyTorch's default initialization on each of several pairs of classes.

    Of every class as many images are learned as the smallest class has.

    Returns:
        One row a trained network.

    Raises:
        UserError: the data set is not in the cache, or two classes are fewer images than a batch.
    """
    images, labels = training_set(cell, device)
    of_class = [(labels == number).nonzero().squeeze(1) for number in range(find(cell.dataset).classes)]
    each = min(map(len, of_class))
    if 2 * each < cell.batch_size:
        raise UserError(f"batch_size={cell.batch_size}: two classes of {cell.dataset} have {2 * each} images only")
    everyone = list(itertools.combinations(range(len(of_class)), 2))
    order = torch.randperm(len(everyone), generator=generator("pairs.training", "sample"))

    def train_members(phase: str, members: list[Member]) -> list[Row]:
        chosen = [everyone[order[member.seed]] for member in members]
        subsets = [torch.cat([of_class[first][:each], of_class[second][:each]]).sort()[0] for first, second in chosen]
        of_second = [(labels == second).long() for _, second in chosen]
        rows = _train(cell, Data(images, torch.stack(of_second), torch.stack(subsets)), phase, members, session)
        return [
            row | {"first": first, "second": second, "pairs_in_all": len(everyone)}
            for row, (first, second) in zip(rows, chosen, strict=True)
        ]

    counts = (min(count, len(everyone)) for count in (cell.search_pairs, cell.pairs))
    return to_table(cell, search_then_train(train_members, [cell.variant], cell.step_sizes, *counts))


def _train(cell: PairsCell, data: Data, phase: str, members: list[Member], session: Session) -> list[Row]:
    """The rows of one ensemble, but for their classes; the seed of a member is the number of its pair."""
    key = ("pairs.training", cell.variant, cell.depth, phase)
    weights = [(*key, "weights", member.seed) for member in members]
    network = draw_mlps(cell, data.images, cell.depth, weights, classes=2)
    plan = Plan(
        step_sizes=[member.step_size for member in members],
        batch_size=cell.batch_size,
        epochs=cell.epochs,
        keys=[(*key, member.seed) for member in members],
    )
    train(network, data, plan, session, phase)
    return [
        {"variant": member.variant, "step_size": member.step_size, "phase": phase}
        | {"diverged": end["final_loss"] is None}
        | end
        for member, end in zip(members, outcomes(network, data, cell.batch_size), strict=True)
    ]
