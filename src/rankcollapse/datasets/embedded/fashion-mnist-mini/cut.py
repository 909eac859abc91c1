"""Cut `fashion-mnist-mini` from the full Fashion-MNIST: the first images of each class, in the order given.

    python cut.py FULL_FOLDER TARGET_FOLDER

FULL_FOLDER holds the four publisher's files (`rankcollapse data fashion-mnist` puts them into the cache).
The result is 1,200 training and 200 test images of each of the ten classes, as idx.gz without a time stamp.
"""

import gzip
import sys
from pathlib import Path

import numpy as np

PER_CLASS = {"train": 1200, "t10k": 200}


def first_of_each_class(labels: np.ndarray, count: int) -> np.ndarray:
    """Sorted indices of the first `count` occurrences of each label."""
    return np.sort(np.concatenate([np.flatnonzero(labels == label)[:count] for label in np.unique(labels)]))


def read(folder: Path, name: str) -> bytes:
    """Content of an idx file that is there as such or compressed."""
    plain = folder / name
    return plain.read_bytes() if plain.exists() else gzip.decompress(plain.with_name(name + ".gz").read_bytes())


def cut(full: Path, target: Path) -> None:
    """Write the four files of the subset."""
    for split, count in PER_CLASS.items():
        images, labels = (read(full, f"{split}-{kind}-ubyte") for kind in ("images-idx3", "labels-idx1"))
        pixels = np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28)
        classes = np.frombuffer(labels, np.uint8, offset=8)
        keep = first_of_each_class(classes, count)
        size = len(keep).to_bytes(4, "big")
        for kind, content in {
            "images-idx3": images[:4] + size + images[8:16] + pixels[keep].tobytes(),
            "labels-idx1": labels[:4] + size + classes[keep].tobytes(),
        }.items():
            (target / f"{split}-{kind}-ubyte.gz").write_bytes(gzip.compress(content, 9, mtime=0))


if __name__ == "__main__":
    cut(Path(sys.argv[1]), Path(sys.argv[2]))
