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
from rankcollapse.training.contest import at_each
from rankcollapse.training.data import Data
from rankcollapse.training.outcomes import ended, outcomes, tried
from rankcollapse.training.session import Session
from rankcollapse.training.trainer import Plan, train


def run(cell: PairsCell, *, device: str, session: Session) -> pa.Table:
    """Train a ReLU MLP at PyTorch's default initialization on each of several pairs of classes.

    Of every class as many images are learned as the smallest class has.

    Returns:
        One row a network and step size: those that were dropped first.

    Raises:
        UserError: the data set is not in the cache, or two classes are fewer images than a batch.
    """
    images, labels = training_set(cell, device)
    of_class = [(labels == number).nonzero().squeeze(1) for number in range(find(cell.dataset).classes)]
    each = min(map(len, of_class))
    if 2 * each < cell.batch_size:
        raise UserError(f"batch_size={cell.batch_size}: two classes of {cell.dataset} have {2 * each} images only")
    everyone = list(itertools.combinations(range(len(of_class)), 2))
    order = torch.randperm(len(everyone), generator=generator("pairs.training", "sample")).tolist()
    pairs = [everyone[number] for number in order[: cell.seeds]]
    subsets = [torch.cat([of_class[first][:each], of_class[second][:each]]).sort()[0] for first, second in pairs]
    of_second = [(labels == second).long() for _, second in pairs]

    members, contests = at_each(cell.step_sizes, [cell.variant], range(len(pairs)))
    data = Data(images, torch.stack(of_second), torch.stack(subsets)).members([member.seed for member in members])
    keys = [("pairs.training", cell.depth, member.seed) for member in members]
    network = draw_mlps(cell, images, cell.depth, [(*key, "weights") for key in keys], classes=2)
    plan = Plan(
        step_sizes=[member.step_size for member in members],
        batch_size=cell.batch_size,
        epochs=cell.epochs,
        keys=keys,
        contests=contests,
    )
    trained = train(network, data, plan, session)
    ends, steps = outcomes(trained, data, cell.batch_size), cell.epochs * (data.samples // cell.batch_size)
    rows = tried(trained, members) + ended(trained, members, ends, steps)
    for row in rows:
        row["first"], row["second"] = pairs[row.pop("seed")]
    return to_table(cell, [row | {"pairs_in_all": len(everyone)} for row in rows])
