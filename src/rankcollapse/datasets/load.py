"""Read a data set from the cache. Its bytes are verified again at every read, before they are parsed."""

import hashlib

import numpy as np
import torch
from torch import Tensor

from rankcollapse.datasets.catalogue import cached_files, find
from rankcollapse.errors import UserError


def _idx(content: bytes) -> np.ndarray:
    """Parse an idx file of unsigned bytes: two zeros, type 8, number of axes, their lengths, the data."""
    shape = np.frombuffer(content, ">u4", count=content[3], offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


def load_training_set(name: str) -> tuple[Tensor, Tensor]:
    """The training images and labels of a data set.

    Args:
        name: a data set of the catalogue.

    Returns:
        Pixels in [0, 1], float32, `(samples, channels, height, width)`, and classes, int64, `(samples,)`.

    Raises:
        UserError: the data set is unknown, not in the cache, or its bytes are not those of the catalogue.
    """
    dataset = find(name)
    arrays = {}
    for path in cached_files(name):
        if not path.is_file():
            raise UserError(f"{path} is missing. Fetch it with: rankcollapse data {name}")
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != dataset.files[path.name].sha256:
            raise UserError(f"{path} is damaged (its hash is wrong). Fetch it again: rankcollapse data {name}")
        arrays[path.name] = _idx(content)
    images = torch.tensor(arrays["train-images-idx3-ubyte"]).float().div_(255)
    return images.reshape(-1, *dataset.shape), torch.tensor(arrays["train-labels-idx1-ubyte"]).long()
