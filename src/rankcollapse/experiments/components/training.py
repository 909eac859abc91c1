"""Training convolutional networks with the components of BN and other remedies (Figure 5)."""

import pyarrow as pa
from torch import Tensor

from rankcollapse.datasets.load import load_training_set
from rankcollapse.errors import UserError
from rankcollapse.experiments.components.cells import TrainingCell, Variant
from rankcollapse.experiments.components.start import start
from rankcollapse.networks.convolutional import fitted
from rankcollapse.storage.frames import to_table
from rankcollapse.training.data import Data, random_batches
from rankcollapse.training.outcomes import outcomes, with_outcomes
from rankcollapse.training.session import Session
from rankcollapse.training.step_size import Member, Row, search_then_train
from rankcollapse.training.trainer import Plan, train


def run(cell: TrainingCell, *, device: str, session: Session) -> pa.Table:
    """Choose a step size for one variant, and train fresh networks with it.

    Returns:
        Rows of history, one a trained network and recorded step (for those of the search, the last).

    Raises:
        UserError: the data set is not in the cache, has fewer images than asked for or of another size, there are
            fewer images than in a batch, or more measurements than steps.
    """
    images, labels = load_training_set(cell.dataset)
    _check(cell, len(images))
    images, labels = fitted(images, cell.dataset).to(device), labels.to(device)

    def train_members(phase: str, members: list[Member]) -> list[Row]:
        first = cell.first_seed if phase == "final" else 0
        shifted = [member._replace(seed=first + member.seed) for member in members]
        return _train(cell, images, labels, phase, shifted, session)

    rows = search_then_train(train_members, [cell.normalization], cell.step_sizes, cell.search_seeds, cell.seeds)
    own = [row for row in rows if cell.first_seed == 0 or row["phase"] == "final"]
    return to_table(cell, [{name: value for name, value in row.items() if name != "variant"} for row in own])


def _check(cell: TrainingCell, images: int) -> None:
    """Hold a cell against the number of training images.

    Raises:
        UserError: there are too few images or steps.
    """
    if cell.samples > images:
        raise UserError(f"samples={cell.samples}: {cell.dataset} has {images} training images only")
    for name, size in (("batch_size", cell.batch_size), ("probe_size", cell.probe_size)):
        if size > cell.samples:
            raise UserError(f"{name}={size}: the training set has {cell.samples} images only")
    steps = cell.epochs * (cell.samples // cell.batch_size)
    if steps < cell.measurements:
        raise UserError(f"measurements={cell.measurements}: the training has {steps} steps only")


def _train(
    cell: TrainingCell, images: Tensor, labels: Tensor, phase: str, members: list[Member], session: Session
) -> list[Row]:
    """The rows of one ensemble; a seed is the same network on the same images at any step size."""
    seeds = sorted({member.seed for member in members})
    networks = start(
        cell,
        Variant(cell.normalization, cell.initialization),
        images,
        [("components", phase, seed) for seed in seeds],
        session,
        f"{phase}-pretraining",
    )
    network = networks.select([seeds.index(member.seed) for member in members])
    keys = [("components", phase, member.seed) for member in members]
    subsets = random_batches([(*key, "samples") for key in keys], len(images), cell.samples)
    data = Data(images, labels.expand(len(members), -1), subsets.to(images.device))
    searching, steps_an_epoch = phase == "search", cell.samples // cell.batch_size
    epochs = cell.search_epochs if searching else cell.epochs
    last = epochs * steps_an_epoch
    plan = Plan(
        step_sizes=[member.step_size for member in members],
        batch_size=cell.batch_size,
        epochs=epochs,
        keys=keys,
        measure_at=[last] if searching else [last * n // cell.measurements for n in range(cell.measurements + 1)],
        tau=cell.tau,
        probe_size=cell.probe_size,
        augmentation=cell.augmentation,
        precision=cell.precision,
    )
    history = train(network, data, plan, session, f"{phase}-training")
    return [
        row | {"phase": phase, "steps_an_epoch": steps_an_epoch}
        for row in with_outcomes(history, members, outcomes(network, data, cell.batch_size), last)
    ]
