"""Read a data set from the cache. Its bytes are verified again at every read, before they are parsed."""

import hashlib
import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from rankcollapse.datasets.catalogue import DataSet, cached_files, find
from rankcollapse.datasets.unpack import BadArchive, members
from rankcollapse.errors import UserError

UNPACKED = 400_000_000  # bytes, more than any archive of the catalogue unpacks to


def _idx(files: dict[str, bytes], dataset: DataSet) -> tuple[np.ndarray, np.ndarray]:
    """Files of unsigned bytes: two zeros, type 8, number of axes, their lengths, the data."""

    def parse(content: bytes) -> np.ndarray:
        shape = np.frombuffer(content, ">u4", count=content[3], offset=4)
        return np.frombuffer(content, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)

    return parse(files["train-images-idx3-ubyte"]), parse(files["train-labels-idx1-ubyte"])


def _cifar_binary(files: dict[str, bytes], dataset: DataSet) -> tuple[np.ndarray, np.ndarray]:
    """Records of one byte for the class and 3,072 for the pixels, in `data_batch_1.bin` to `data_batch_5.bin`."""
    [archive] = files.values()
    batches = {name: content for name, content in members(archive, UNPACKED) if "/data_batch_" in name}
    records = np.frombuffer(b"".join(batches[name] for name in sorted(batches)), np.uint8)
    records = records.reshape(-1, 1 + int(np.prod(dataset.shape)))
    return records[:, 1:], records[:, 0]


def _image_folder(files: dict[str, bytes], dataset: DataSet) -> tuple[np.ndarray, np.ndarray]:
    """Images below `train/`; classes are numbered in the order of their folders' names."""
    [archive] = files.values()
    images = [(name, content) for name, content in members(archive, UNPACKED) if name.startswith("train/")]
    classes = sorted({name.split("/")[1] for name, _ in images})
    if len(classes) != dataset.classes:
        raise BadArchive(f"holds {len(classes)} classes, the catalogue says {dataset.classes}")
    channels, height, width = dataset.shape
    pixels = np.empty((len(images), channels, height, width), np.uint8)
    for number, (name, content) in enumerate(images):
        try:
            with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
                if image.size != (width, height):
                    raise BadArchive(f"{name} is {image.width}×{image.height}, the catalogue says {width}×{height}")
                decoded = np.asarray(image.convert("RGB" if channels == 3 else "L"))
        except (OSError, SyntaxError) as error:
            raise BadArchive(f"{name} cannot be decoded ({error})") from None
        pixels[number] = decoded.reshape(height, width, channels).transpose(2, 0, 1)
    return pixels, np.array([classes.index(name.split("/")[1]) for name, _ in images], np.uint8)


PARSERS = {"idx": _idx, "cifar-binary": _cifar_binary, "image-folder": _image_folder}


def load_training_set(name: str) -> tuple[Tensor, Tensor]:
    """The training images and labels of a data set.

    Args:
        name: a data set of the catalogue.

    Returns:
        Pixels in [0, 1], float32, `(samples, channels, height, width)`, and classes, int64, `(samples,)`.

    Raises:
        UserError: the data set is unknown, not in the cache, its bytes are not those of the catalogue, or they are not
            what the catalogue says of them.
    """
    dataset = find(name)
    files = {}
    for path in cached_files(name):
        if not path.is_file():
            raise UserError(f"{path} is missing. Fetch it with: rankcollapse data {name}")
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != dataset.files[path.name].sha256:
            raise UserError(f"{path} is damaged (its hash is wrong). Fetch it again: rankcollapse data {name}")
        files[path.name] = content
    try:
        pixels, labels = PARSERS[dataset.kind](files, dataset)
    except BadArchive as error:
        raise UserError(f"the data set {name} is not what the catalogue says: {error}") from None
    samples = dataset.samples["train"]
    if pixels.size != samples * np.prod(dataset.shape) or len(labels) != samples or labels.max() >= dataset.classes:
        raise UserError(
            f"the data set {name} is not what the catalogue says: {len(labels)} training images of "
            f"{labels.max() + 1} classes instead of {samples} of {dataset.classes}, or of another size"
        )
    images = torch.tensor(pixels).float().div_(255)
    return images.reshape(-1, *dataset.shape), torch.tensor(labels).long()
