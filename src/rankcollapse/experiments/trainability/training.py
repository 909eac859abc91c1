"""Final training accuracy against depth (Figure 1, right)."""

import pyarrow as pa

from rankcollapse.experiments.mlps import draw_mlps, training_set
from rankcollapse.experiments.trainability.cells import TrainingCell
from rankcollapse.networks.mlp import MLP
from rankcollapse.storage.frames import to_table
from rankcollapse.training.contest import Row, at_each
from rankcollapse.training.data import Data, random_batches
from rankcollapse.training.outcomes import ended, outcomes, tried
from rankcollapse.training.session import Session
from rankcollapse.training.trainer import Plan, evaluate, train

OTHER_ACCURACIES = ("sampled_accuracy", "population_accuracy")
SAMPLED = 1000  # images on which the release measures accuracy (D2)


def run(cell: TrainingCell, *, device: str, session: Session) -> pa.Table:
    """Train ReLU MLPs at PyTorch's default initialization, each with the step size of the grid that serves it best.

    Returns:
        One row a network and step size: those that were dropped first.

    Raises:
        UserError: the data set is not in the cache, or smaller than a batch.
    """
    images, labels = training_set(cell, device)
    members, contests = at_each(cell.step_sizes, [cell.variant], range(cell.seeds))
    keys = [("depth.training", cell.depth, member.seed) for member in members]
    network = draw_mlps(cell, images, cell.depth, [(*key, "weights") for key in keys])
    data = Data.shared(images, labels, len(members))
    plan = Plan(
        step_sizes=[member.step_size for member in members],
        batch_size=cell.batch_size,
        epochs=cell.epochs,
        keys=keys,
        optimizer=cell.optimizer,
        contests=contests if cell.search else None,
    )
    trained = train(network, data, plan, session)
    rows = [row | dict.fromkeys(OTHER_ACCURACIES) for row in tried(trained, members)]
    ends = outcomes(trained, data, cell.batch_size)
    sampled = [(*keys[member], "sample") for member in trained.members]
    others = _other_accuracies(trained.network, data.members(trained.members), cell.batch_size, sampled, ends)
    steps = cell.epochs * (data.samples // cell.batch_size)
    rows += [row | other for row, other in zip(ended(trained, members, ends, steps), others, strict=True)]
    return to_table(cell, rows)


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
