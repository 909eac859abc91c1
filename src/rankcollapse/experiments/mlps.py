"""What experiments on MLPs share: the networks and the images of a cell."""

from typing import Any, Protocol

from torch import Tensor

from rankcollapse.datasets.catalogue import find
from rankcollapse.datasets.load import load_training_set
from rankcollapse.networks.mlp import MLP, mlp
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.terms import Variant


class Cell(Protocol):
    """A cell of MLPs that learn a data set."""

    dataset: str
    width: int
    variant: Variant


def training_set(cell: Cell, device: str) -> tuple[Tensor, Tensor]:
    """The training images and labels of a cell on a device, see `load_training_set`."""
    images, labels = load_training_set(cell.dataset)
    return images.to(device), labels.to(device)


def draw_mlps(cell: Cell, images: Tensor, depth: int, keys: list[tuple], **options: Any) -> MLP:
    """Random MLPs for the images of a cell, one for each key of the random stream of its weights.

    Args:
        cell: data set, width, with BN or without.
        images: `(images, ...)`, on the device that the networks are to be on.
        depth: hidden-to-hidden layers.
        keys: one for each member.
        options: further arguments of `networks.mlp.mlp`, and `classes` where they are not those of the data set.
    """
    classes = options.pop("classes", None) or find(cell.dataset).classes
    sizes = (images[0].numel(), cell.width, depth, classes)
    streams = [generator(*key) for key in keys]
    return mlp(*sizes, normalized=cell.variant == "bn", generators=streams, device=images.device, **options)
