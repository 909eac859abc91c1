"""The data set that is part of the package."""

import gzip
import importlib.util

import numpy as np
import pytest
import torch
from support.archives import EMBEDDED

from rankcollapse.datasets.catalogue import catalogue
from rankcollapse.datasets.fetch import fetch
from rankcollapse.datasets.load import load_training_set


def test_the_embedded_subset_is_class_balanced_and_catalogued():
    fetch("fashion-mnist-mini")
    images, labels = load_training_set("fashion-mnist-mini")
    assert images.shape == (12000, 1, 28, 28)
    assert images.dtype == torch.float32
    assert (images.min(), images.max()) == (0, 1)
    assert torch.bincount(labels).tolist() == [1200] * 10
    assert (EMBEDDED / "LICENSE").read_text().startswith("The MIT License")


def cut_module():
    spec = importlib.util.spec_from_file_location("cut", EMBEDDED / "cut.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_cut_takes_the_first_images_of_each_class(tmp_path, monkeypatch):
    cut = cut_module()
    monkeypatch.setattr(cut, "PER_CLASS", {"train": 2, "t10k": 1})
    labels = np.array([3, 1, 3, 3, 1, 1], np.uint8)
    pixels = np.arange(6 * 784, dtype=np.uint32).astype(np.uint8)
    for split in ("train", "t10k"):
        header = b"\0\0\x08\x03" + np.array([6, 28, 28], ">u4").tobytes()
        (tmp_path / f"{split}-images-idx3-ubyte").write_bytes(header + pixels.tobytes())
        (tmp_path / f"{split}-labels-idx1-ubyte").write_bytes(
            b"\0\0\x08\x01" + np.array([6], ">u4").tobytes() + labels.tobytes()
        )
    (tmp_path / "out").mkdir()
    cut.cut(tmp_path, tmp_path / "out")
    kept = gzip.decompress((tmp_path / "out/train-labels-idx1-ubyte.gz").read_bytes())
    assert list(kept) == [0, 0, 8, 1, 0, 0, 0, 4, 3, 1, 3, 1]
    images = gzip.decompress((tmp_path / "out/train-images-idx3-ubyte.gz").read_bytes())
    assert images[16:] == pixels.reshape(6, 784)[[0, 1, 2, 4]].tobytes()


@pytest.mark.slow
def test_the_subset_is_what_the_script_cuts_from_the_full_set(tmp_path):
    files = fetch("fashion-mnist")
    cut_module().cut(files[0].parent, tmp_path)
    for name in catalogue()["fashion-mnist-mini"].files:
        made, embedded = ((folder / f"{name}.gz").read_bytes() for folder in (tmp_path, EMBEDDED))
        assert gzip.decompress(made) == gzip.decompress(embedded)
