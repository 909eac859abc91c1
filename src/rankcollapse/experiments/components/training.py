"""Training convolutional networks with the components of BN and other remedies (Figure 5)."""

import pyarrow as pa

from rankcollapse.datasets.load import load_training_set
from rankcollapse.errors import UserError
from rankcollapse.experiments.components.cells import TrainingCell, Variant
from rankcollapse.experiments.components.start import start
from rankcollapse.networks.convolutional import fitted
from rankcollapse.storage.frames import to_table
from rankcollapse.training.contest import at_each
from rankcollapse.training.data import Data, random_batches
from rankcollapse.training.outcomes import course
from rankcollapse.training.session import Session
from rankcollapse.training.trainer import Plan, train


def run(cell: TrainingCell, *, device: str, session: Session) -> pa.Table:
    """Train networks of one variant, each with the step size of the grid that serves it best.

    A seed is the same network on the same images at any step size, and in all variants.

    Returns:
        Rows of history, one a network and recorded step, after one for each step size that was dropped.

    Raises:
        UserError: the data set is not in the cache, has fewer images than asked for or of another size, there are
            fewer images than in a batch, or more measurements than steps.
    """
    images, labels = load_training_set(cell.dataset)
    _check(cell, len(images))
    images, labels = fitted(images, cell.dataset).to(device), labels.to(device)
    seeds = range(cell.first_seed, cell.first_seed + cell.seeds)
    variant = Variant(cell.normalization, cell.initialization)
    starts = start(cell, variant, images, [("components", seed) for seed in seeds], session)
    members, contests = at_each(cell.step_sizes, [""], seeds)
    network = starts.select([seeds.index(member.seed) for member in members])
    keys = [("components", member.seed) for member in members]
    subsets = random_batches([(*key, "samples") for key in keys], len(images), cell.samples)
    data = Data(images, labels.expand(len(members), -1), subsets.to(images.device))
    steps_an_epoch = cell.samples // cell.batch_size
    last = cell.epochs * steps_an_epoch
    plan = Plan(
        step_sizes=[member.step_size for member in members],
        batch_size=cell.batch_size,
        epochs=cell.epochs,
        keys=keys,
        measure_at=[last * n // cell.measurements for n in range(cell.measurements + 1)],
        tau=cell.tau,
        probe_size=cell.probe_size,
        augmentation=cell.augmentation,
        precision=cell.precision,
        contests=contests,
    )
    rows = course(train(network, data, plan, session), members, data, cell.batch_size)
    shared = {"steps_an_epoch": steps_an_epoch}
    return to_table(cell, [{name: value for name, value in row.items() if name != "variant"} | shared for row in rows])


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
