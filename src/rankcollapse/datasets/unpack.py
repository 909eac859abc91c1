"""Archives and folders of images, read in memory; what is not expected in them is refused.

An archive comes here only after its hash was verified; what it unpacks to is limited all the same.
"""

import io
import lzma
import re
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

IMAGE = re.compile(r"(train|test)/[\w-]{1,40}/[\w-]{1,40}\.(jpg|png)", re.ASCII)


class BadArchive(Exception):
    """An archive or folder holds something else than it should; the message says what."""


def members(archive: bytes, limit: int) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file in a tar archive, compressed or not.

    Args:
        archive: content of the archive.
        limit: most bytes that all files together may have.

    Raises:
        BadArchive: it is damaged, holds more, or holds a link, a device, or a path that leads out of it.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            for member in tar:
                name = member.name.removeprefix("./")
                if name.startswith("/") or ".." in Path(name).parts:
                    raise BadArchive(f"holds the path {member.name!r}, which leads out of it")
                if member.isdir():
                    continue
                if not member.isreg():
                    raise BadArchive(f"{member.name!r} is a link or a device")
                limit -= member.size
                if limit < 0:
                    raise BadArchive("unpacks to more than it should")
                yield name, tar.extractfile(member).read()
    except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, OSError, ValueError) as error:
        raise BadArchive(f"cannot be unpacked ({error})") from None


def _files(folder: Path, limit: int) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file below the `train` and `test` folders."""
    for path in (path for split in ("train", "test") for path in sorted((folder / split).rglob("*"))):
        if path.is_symlink():
            raise BadArchive(f"{path} is a link")
        if path.is_dir():
            continue
        if not path.is_file():
            raise BadArchive(f"{path} is not a file")
        try:
            limit -= path.stat().st_size
            if limit < 0:
                raise BadArchive("holds more than it should")
            yield path.relative_to(folder).as_posix(), path.read_bytes()
        except OSError as error:
            raise BadArchive(f"cannot read {path}: {error.strerror}") from None


def image_tar(source: bytes | Path, limit: int) -> bytes:
    """The images of an archive or a folder as one plain tar, the same whatever they were packed in.

    Args:
        source: content of an archive, or a folder, with `<split>/<class>/*.{jpg,png}`; split is `train` or `test`.
        limit: most bytes that the result may have.

    Raises:
        BadArchive: there is something else in it, or too much, or nothing.
    """
    images = dict(_files(source, limit) if isinstance(source, Path) else members(source, limit))
    for name in images:
        if not IMAGE.fullmatch(name):
            raise BadArchive(f"holds {name!r}, which is not <train or test>/<class>/<name>.jpg or .png")
    if not images:
        raise BadArchive("holds no images")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(images):
            header = tarfile.TarInfo(name)
            header.size = len(images[name])
            tar.addfile(header, io.BytesIO(images[name]))
    return buffer.getvalue()
