"""Reading data sets: verified first, decoded as the catalogue says."""

import contextlib
import hashlib
import os
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from support.archives import mutated, pack, pictures, sha256
from support.servers import Server

from rankcollapse.datasets import catalogue as catalogue_module
from rankcollapse.datasets.catalogue import DataSet, Source, catalogue
from rankcollapse.datasets.fetch import fetch
from rankcollapse.datasets.load import load_training_set
from rankcollapse.datasets.unpack import image_tar
from rankcollapse.errors import UserError


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shape": (3, 8, 8)}, "is 4×4, the catalogue says 8×8"),
        ({"classes": 3}, "holds 2 classes, the catalogue says 3"),
        ({"samples": {"train": 7, "test": 6}}, "6 training images of 2 classes instead of 7"),
    ],
)
def test_images_that_are_not_as_the_catalogue_says(folder_set, tmp_path, changes, message):
    archive = pack(pictures())
    folder_set(archive, image_tar(archive, 10**6), **changes)
    (tmp_path / "toy.tar.xz").write_bytes(archive)
    fetch("toy", tmp_path)
    with pytest.raises(UserError, match=message):
        load_training_set("toy")


def test_a_file_that_is_no_image_is_named(folder_set, tmp_path):
    archive = pack(pictures() | {"train/class0/0.png": b"<html>"})
    folder_set(archive, image_tar(archive, 10**6))
    (tmp_path / "toy.tar.xz").write_bytes(archive)
    fetch("toy", tmp_path)
    with pytest.raises(UserError, match=r"train/class0/0.png cannot be decoded"):
        load_training_set("toy")


def cifar(records=20):
    """An archive as CIFAR-10's publisher packs it, with fewer images."""
    draw = np.random.default_rng(0)
    rows = draw.integers(0, 256, (records, 3073), np.uint8)
    rows[:, 0] %= 10
    batches = np.split(rows, 5)
    files = {f"cifar-10-batches-bin/data_batch_{n + 1}.bin": batch.tobytes() for n, batch in enumerate(batches)}
    return rows, pack(files | {"cifar-10-batches-bin/test_batch.bin": b"x"}, mode="w:gz")


def test_the_binary_archive_of_cifar(monkeypatch, tmp_path):
    rows, archive = cifar()
    file = {"bytes": len(archive), "sha256": sha256(archive), "md5": hashlib.md5(archive).hexdigest()}
    entry = catalogue()["cifar-10"]
    entry = entry.model_copy(update={"samples": {"train": 20, "test": 1}})
    entry = DataSet.model_validate(entry.model_dump() | {"files": {"cifar-10-binary.tar.gz": file}})
    monkeypatch.setattr(catalogue_module, "catalogue", lambda: {"cifar-10": entry})
    (tmp_path / "any name").write_bytes(archive)
    fetch("cifar-10", tmp_path / "any name")  # the file itself
    images, labels = load_training_set("cifar-10")
    assert images.shape == (20, 3, 32, 32)
    assert labels.tolist() == rows[:, 0].tolist()
    assert torch.equal((images * 255).round().flatten(1), torch.tensor(rows[:, 1:]).float())
    server = Server((archive, None, True))
    shutil.rmtree(tmp_path / "cache")
    own = entry.model_copy(update={"sources": [Source.model_construct(url=server.url)]})
    monkeypatch.setattr(catalogue_module, "catalogue", lambda: {"cifar-10": own})
    assert fetch("cifar-10")[0].read_bytes() == archive  # as it is, not unpacked


@pytest.mark.slow
def test_cifar_10_jpeg():
    place = os.environ.get("CIFAR10_JPEG")
    if not place:
        pytest.skip("name cifar10-jpeg.tar.xz in CIFAR10_JPEG")
    fetch("cifar-10-jpeg", Path(place))
    images, labels = load_training_set("cifar-10-jpeg")
    assert images.shape == (50000, 3, 32, 32)
    assert torch.bincount(labels).tolist() == [5000] * 10


def test_mutated_images_end_in_pictures_or_a_message(folder_set, tmp_path):
    for seed in range(200):
        draw, images = random.Random(seed), pictures()
        name = draw.choice(sorted(images))
        images[name] = mutated(images[name], draw)
        archive = pack(images, mode="w")
        folder_set(archive, image_tar(archive, 10**6))
        (tmp_path / "toy.tar.xz").write_bytes(archive)
        fetch("toy", tmp_path)
        with contextlib.suppress(UserError):
            X, y = load_training_set("toy")
            assert (X.shape, len(y)) == ((6, 3, 4, 4), 6)


def test_reading_verifies_first(cache):
    with pytest.raises(UserError, match="rankcollapse data fashion-mnist-mini"):
        load_training_set("fashion-mnist-mini")
    fetch("fashion-mnist-mini")
    damaged = cache / "fashion-mnist-mini/train-labels-idx1-ubyte"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\xff")
    with pytest.raises(UserError, match="damaged"):
        load_training_set("fashion-mnist-mini")
    with pytest.raises(UserError, match="fashion-mnist-mini, fashion-mnist"):
        load_training_set("mnist")
