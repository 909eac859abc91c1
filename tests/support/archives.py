"""Small archives and folders of images, whole and damaged."""

import hashlib
import io
import itertools
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

from rankcollapse.datasets import fetch as fetch_module

EMBEDDED = Path(fetch_module.__file__).parent / "embedded" / "fashion-mnist-mini"


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


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def unpack_into(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


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
