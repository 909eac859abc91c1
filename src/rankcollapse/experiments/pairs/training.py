"""Training on two classes at a time, against depth."""

import itertools
import math

import pyarrow as pa
import torch

from rankcollapse.datasets.catalogue import find
from rankcollapse.datasets.load import load_training_set
from rankcollapse.errors import UserError
from rankcollapse.frames import to_table
from rankcollapse.networks import mlp
from rankcollapse.parameters import BatchSize, Count, Depth, StepSizes, Variant
from rankcollapse.search import search_then_train
from rankcollapse.seeding import generator
from rankcollapse.session import Session
from rankcollapse.training import Data, evaluate, train

COLUMNS = {
    "dataset": "data set of the catalogue",
    "width": "units of every hidden layer",
    "batch_size": "samples in a batch",
    "epochs": "passes over the images of the two classes",
    "variant": "vanilla or bn",
    "depth": "hidden-to-hidden layers",
    "phase": "search (choosing the step size) or final (with the chosen one)",
    "step_size": "step size of SGD",
    "first": "one of the two classes",
    "second": "the other",
    "pairs_in_all": "pairs of classes that the data set has",
    "final_loss": "mean cross entropy over all images of the two classes, BN on batch statistics; missing if diverged",
    "final_accuracy": "accuracy over all images of the two classes, BN on batch statistics",
    "diverged": "whether the final loss is not finite",
}


def run(
    *,
    variant: Variant,
    depth: Depth,
    dataset: str,
    width: Count,
    batch_size: BatchSize,
    epochs: Count,
    step_sizes: StepSizes,
    search_pairs: Count,
    pairs: Count,
    device: str,
    session: Session,
) -> pa.Table:
    """Train a ReLU MLP at PyTorch's default initialization on each of several pairs of classes.

    Args:
        variant: "bn" for batch normalization before every ReLU, "vanilla" for none.
        depth: hidden-to-hidden layers `h`.
        dataset: data set to train on, pixels in [0, 1].
        width: units of every hidden layer.
        batch_size: images in a batch.
        epochs: passes over the images of the two classes; of the larger class, as many images as the other has.
        step_sizes: grid of SGD step sizes.
        search_pairs: pairs for each step size of the grid.
        pairs: pairs learned with the chosen step size.
        device: torch device.
        session: where checkpoints go.

    Returns:
        One row a trained network, see `COLUMNS`.

    Raises:
        UserError: the data set is not in the cache, or two classes are fewer images than a batch.
    """
    images, labels = load_training_set(dataset)
    classes = find(dataset).classes
    everyone = list(itertools.combinations(range(classes), 2))
    order = torch.randperm(len(everyone), generator=generator("pairs.training", "sample"))
    sample = [everyone[number] for number in order]
    of_class = [(labels == number).nonzero().squeeze(1) for number in range(classes)]
    each = min(map(len, of_class))
    if 2 * each < batch_size:
        raise UserError(f"batch_size={batch_size}: two classes of {dataset} have {2 * each} images only")
    images = images.to(device)

    def train_members(phase: str, members: list[tuple[str, float, int]]) -> list[dict]:
        """One ensemble of a network for each (variant, step size, number of the pair)."""
        key = ("pairs.training", variant, depth, phase)
        chosen = [sample[number] for *_, number in members]
        network = mlp(
            images[0].numel(),
            width,
            depth,
            2,
            normalized=variant == "bn",
            generators=[generator(*key, "weights", number) for *_, number in members],
            device=device,
        )
        subsets = [torch.cat([of_class[first][:each], of_class[second][:each]]).sort()[0] for first, second in chosen]
        data = Data(
            images,
            torch.stack([(labels == second).long() for _, second in chosen]).to(device),
            torch.stack(subsets).to(device),
        )
        train(
            network,
            data,
            step_sizes=[step_size for _, step_size, _ in members],
            batch_size=batch_size,
            epochs=epochs,
            keys=[(*key, number) for *_, number in members],
            session=session,
            phase=phase,
        )
        losses, accuracies = (values.tolist() for values in evaluate(network, data, batch_size))
        return [
            {
                "dataset": dataset,
                "width": width,
                "batch_size": batch_size,
                "epochs": epochs,
                "variant": name,
                "depth": depth,
                "phase": phase,
                "step_size": step_size,
                "first": first,
                "second": second,
                "pairs_in_all": len(everyone),
                "final_loss": loss if math.isfinite(loss) else None,
                "final_accuracy": accuracy,
                "diverged": not math.isfinite(loss),
            }
            for (name, step_size, _), (first, second), loss, accuracy in zip(
                members, chosen, losses, accuracies, strict=True
            )
        ]

    counts = min(search_pairs, len(sample)), min(pairs, len(sample))
    return to_table(search_then_train(train_members, [variant], step_sizes, *counts), COLUMNS)
