"""What the members of an ensemble learn, in which order, and how images are augmented."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from rankcollapse.errors import UserError
from rankcollapse.theory.random_streams import generator

SHIFT = 4  # pixels that augmentation moves an image by, at most


@dataclass(frozen=True)
class Data:
    """What each member of an ensemble learns.

    Attributes:
        images: `(images, ...)`, on the device of the network.
        labels: the classes of all images for each member, `(E, images)`.
        subsets: the images that are a member's training set, `(E, samples)`.
    """

    images: Tensor
    labels: Tensor
    subsets: Tensor

    @classmethod
    def shared(cls, images: Tensor, labels: Tensor, members: int) -> "Data":
        """All images and their labels for every member."""
        everything = torch.arange(len(images), device=images.device)
        return cls(images, labels.expand(members, -1), everything.expand(members, -1))

    @property
    def samples(self) -> int:
        """Images in a member's training set."""
        return self.subsets.shape[1]

    def members(self, group: slice | list[int]) -> "Data":
        """What some of the members learn."""
        return Data(self.images, self.labels[group], self.subsets[group])

    def batch(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Images `(E, N, ...)` and labels `(E, N)` at positions `(E, N)` of the members' training sets."""
        index = self.subsets.gather(1, positions)
        rows = self.images.index_select(0, index.flatten())  # by rows: faster than `images[index]`
        return rows.view(*index.shape, *rows.shape[1:]), self.labels.gather(1, index)


def augmented(X: Tensor, changes: Tensor) -> Tensor:
    """Images moved by up to `SHIFT` pixels each way, with zeros coming in, and mirrored: CIFAR-10's usual augmentation.

    Args:
        X: `(E, N, channels, height, width)`.
        changes: for every image the pixels cut from the top and the left of it padded by `SHIFT`, from 0 to
            `2 · SHIFT`, and 1 to mirror it; integers `(E, N, 3)`.
    """
    height, width = X.shape[3:]
    down, right, mirror = changes.unsqueeze(3).unbind(2)  # each (E, N, 1)
    rows = down + torch.arange(height, device=X.device)
    columns = torch.arange(width, device=X.device)
    columns = right + torch.where(mirror == 1, columns.flip(0), columns)
    rows, columns = rows[:, :, None, :, None], columns[:, :, None, None, :]
    return (
        F.pad(X, [SHIFT] * 4).gather(3, rows.expand(*X.shape[:4], width + 2 * SHIFT)).gather(4, columns.expand(X.shape))
    )


def order(keys: list[tuple], purpose: tuple, samples: int) -> Tensor:
    """A random order of the training set for every member, `(E, samples)`, on the CPU."""
    return torch.stack([torch.randperm(samples, generator=generator(*key, *purpose)) for key in keys])


def draw_changes(keys: list[tuple], epoch: int, samples: int) -> Tensor:
    """What `augmented` does to each image of an epoch, `(E, samples, 3)`, on the CPU."""

    def drawn(draw: torch.Generator) -> Tensor:
        shifts = torch.randint(2 * SHIFT + 1, (samples, 2), generator=draw)
        return torch.cat([shifts, torch.randint(2, (samples, 1), generator=draw)], dim=1)

    return torch.stack([drawn(generator(*key, "augmentation", epoch)) for key in keys])


def random_batches(keys: list[tuple], samples: int, batch_size: int, name: str = "batch_size") -> Tensor:
    """Numbers of random different images, a batch for every key, `(keys, batch_size)`, on the CPU.

    Raises:
        UserError: there are fewer images than a batch.
    """
    if batch_size > samples:
        raise UserError(f"{name}={batch_size}: the training set has {samples} samples only")
    return torch.stack([torch.randperm(samples, generator=generator(*key))[:batch_size] for key in keys])
