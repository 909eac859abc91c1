"""The catalogue, the embedded subset, and what archives and folders of images may hold."""

import bz2
import contextlib
import gzip
import hashlib
import importlib.util
import io
import itertools
import lzma
import os
import random
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from test_fetch import Server

from rankcollapse.datasets import catalogue as catalogue_module
from rankcollapse.datasets import fetch as fetch_module
from rankcollapse.datasets.catalogue import DataSet, Source, catalogue
from rankcollapse.datasets.fetch import fetch
from rankcollapse.datasets.load import load_training_set
from rankcollapse.datasets.unpack import image_tar
from rankcollapse.errors import UserError

EMBEDDED = Path(fetch_module.__file__).parent / "embedded" / "fashion-mnist-mini"


@pytest.fixture(autouse=True)
def cache(empty_cache):
    return empty_cache


def pictures(classes=2, each=3, size=(4, 4)):
    """Path and content of the images of a small image folder."""
    draw = np.random.default_rng(0)
    images = {}
    for split, label, number in itertools.product(("train", "test"), range(classes), range(each)):
        buffer = io.BytesIO()
        Image.fromarray(draw.integers(0, 256, (*size, 3), np.uint8)).save(buffer, "PNG")
        images[f"{split}/class{label}/{number}.png"] = buffer.getvalue()
    return images


def pack(files, mode="w:xz", **kinds):
    """A tar archive; `kinds` makes members of other types, by name."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:
        for name, content in reversed(list(files.items())):
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content), 12345
            tar.addfile(member, io.BytesIO(content))
        for name, kind in kinds.items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            tar.addfile(member)
    return buffer.getvalue()


@pytest.fixture
def folder_set(monkeypatch):
    """Puts an image folder into the catalogue, as its archive is packed."""

    def add(archive, content, **changes):
        entry = DataSet(
            **{
                "title": "toy",
                "kind": "image-folder",
                "licence": "none",
                "shape": (3, 4, 4),
                "classes": 2,
                "samples": {"train": 6, "test": 6},
                "sources": [],
                "archive": {"name": "toy.tar.xz", "bytes": len(archive), "sha256": sha256(archive)},
                "files": {"images.tar": {"bytes": len(content), "sha256": sha256(content)}},
            }
            | changes
        )
        monkeypatch.setattr(catalogue_module, "catalogue", lambda: {"toy": entry})

    return add


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def unpack_into(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


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


def test_a_data_set_without_a_source_says_what_to_name(cache):
    with pytest.raises(UserError, match=r"no public source(?s:.)*cifar10-jpeg.tar.xz(?s:.)*--from PATH"):
        fetch("cifar-10-jpeg")


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


def test_every_data_set_says_what_it_is():
    for name, entry in catalogue().items():
        assert entry.licence, name
        assert entry.sources or entry.archive, name
        for source in entry.sources:
            assert len(source.model_dump(exclude_none=True)) == 1


def mutated(raw, draw):
    """A few bytes changed, cut out, doubled, or cut off."""
    raw = bytearray(raw)
    for _ in range(draw.randint(1, 4)):
        start = draw.randrange(len(raw))
        stop = start + draw.choice([1, 1, 8, 100, 600])
        what = draw.choice(["change", "change", "zero", "remove", "double", "end"])
        if what == "change":
            raw[start:stop] = draw.randbytes(len(raw[start:stop]))
        elif what == "zero":
            raw[start:stop] = bytes(len(raw[start:stop]))
        elif what == "double":
            raw[start:start] = raw[start:stop]
        else:
            del raw[start : stop if what == "remove" else None]
        raw = raw or bytearray(1)
    return bytes(raw)


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
