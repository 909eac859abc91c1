"""What archives and folders of images may hold."""

import bz2
import contextlib
import gzip
import io
import lzma
import random
import tarfile

import numpy as np
import pytest
import torch
from PIL import Image
from support.archives import mutated, pack, pictures, unpack_into

from rankcollapse.datasets import fetch as fetch_module
from rankcollapse.datasets.fetch import fetch
from rankcollapse.datasets.load import load_training_set
from rankcollapse.datasets.unpack import image_tar
from rankcollapse.errors import UserError


def test_an_image_folder_is_the_same_from_archive_and_folder(folder_set, tmp_path):
    images = pictures()
    archive = pack(images)
    folder_set(archive, image_tar(archive, 10**6))
    (tmp_path / "toy.tar.xz").write_bytes(archive)
    unpack_into(tmp_path / "unpacked", images)
    contents = []
    for place in (tmp_path / "toy.tar.xz", tmp_path, tmp_path / "unpacked"):
        [target] = fetch("toy", place)
        contents.append(target.read_bytes())
        target.unlink()
    assert contents[0] == contents[1] == contents[2]
    fetch("toy", tmp_path)
    X, y = load_training_set("toy")
    assert (X.shape, y.tolist()) == ((6, 3, 4, 4), [0, 0, 0, 1, 1, 1])
    first = np.asarray(Image.open(io.BytesIO(images["train/class0/0.png"])))
    assert torch.equal(X[0], torch.tensor(first).permute(2, 0, 1) / 255)


@pytest.mark.parametrize(
    ("extra", "kinds", "message"),
    [
        ({"../evil.png": b"x"}, {}, "leads out of it"),
        ({"/train/class0/evil.png": b"x"}, {}, "leads out of it"),
        ({}, {"train/class0/link.png": tarfile.SYMTYPE}, "link or a device"),
        ({}, {"train/class0/hard.png": tarfile.LNKTYPE}, "link or a device"),
        ({}, {"train/class0/device.png": tarfile.CHRTYPE}, "link or a device"),
        ({"train/class0/run.exe": b"x"}, {}, "run.exe"),
        ({"train/class0/bomb.png": bytes(10**7)}, {}, "more than it should"),
    ],
)
def test_an_archive_that_holds_something_else_is_refused(folder_set, cache, tmp_path, extra, kinds, message):
    good, bad = pack(pictures()), pack(pictures() | extra, **kinds)
    # the worst case: its hash is in the catalogue
    folder_set(bad, image_tar(good, 10**6))
    (tmp_path / "toy.tar.xz").write_bytes(bad)
    with pytest.raises(UserError, match=message):
        fetch("toy", tmp_path)
    assert list(cache.rglob("*")) == [cache / "toy"]


def test_an_archive_of_another_hash_is_not_opened(folder_set, tmp_path, monkeypatch):
    archive = pack(pictures())
    folder_set(archive, image_tar(archive, 10**6))
    (tmp_path / "toy.tar.xz").write_bytes(archive[:-1] + b"x")
    monkeypatch.setattr(fetch_module, "image_tar", lambda *arguments: pytest.fail("it was opened"))
    with pytest.raises(UserError, match="wrong content: sha256"):
        fetch("toy", tmp_path)
    monkeypatch.undo()


def test_a_folder_with_a_link_in_it_is_refused(folder_set, tmp_path):
    archive = pack(pictures())
    folder_set(archive, image_tar(archive, 10**6))
    unpack_into(tmp_path / "unpacked", pictures())
    (tmp_path / "unpacked/train/class0/link.png").symlink_to("/etc/passwd")
    with pytest.raises(UserError, match="is a link"):
        fetch("toy", tmp_path / "unpacked")


@pytest.mark.parametrize("hashes_match", [False, True])  # True: the worst case, its hash is in the catalogue
def test_mutated_archives_end_in_the_right_images_or_a_message(folder_set, cache, tmp_path, hashes_match):
    good = image_tar(pack(pictures()), 10**6)
    packers = {"xz": lzma.compress, "gz": gzip.compress, "bz2": bz2.compress, "tar": bytes}
    right = 0
    for seed in range(220):  # some leave it as it was
        draw = random.Random(seed)
        packer = packers[draw.choice(list(packers))]
        whole, inside = packer(good), draw.random() < 0.5  # damage to the tar, packed whole; or to what is packed
        bad = packer(mutated(good, draw)) if inside else mutated(whole, draw)
        if bad == whole:
            continue
        folder_set(bad if hashes_match else whole, good)
        (tmp_path / "toy.tar.xz").write_bytes(bad)
        with contextlib.suppress(UserError):
            [target] = fetch("toy", tmp_path)
            assert target.read_bytes() == good
            target.unlink()
            right += 1
        assert list(cache.rglob("*")) == [cache / "toy"]
    assert right < (60 if hashes_match else 1)  # damage to what is no part of the images: padding, a file's owner
