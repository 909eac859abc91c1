"""Bring a data set into the cache from the first source that delivers the right bytes.

Whatever a source sends is untrusted: it is unpacked up to the catalogued length and no further, hashed, and
only then moved into the cache under its name. Nothing is left behind when a source fails.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import time
import zlib
from pathlib import Path

import requests
from urllib3.exceptions import MaxRetryError
from urllib3.util.retry import Retry

from rankcollapse.datasets.catalogue import DataSet, File, Source, cached_files, find
from rankcollapse.datasets.unpack import BadArchive, image_tar
from rankcollapse.errors import UserError
from rankcollapse.storage.files import temporary_name

ATTEMPTS = 5
CHUNK = 1 << 16  # bytes; at most this much is lost when a transfer breaks
TIMEOUT = (10, 30)  # seconds to connect, seconds between two packets
DEADLINE = 1800  # seconds for one file, all attempts together


class SourceFailed(Exception):
    """A source did not deliver a file; the message says why."""


def download(url: str, target: Path, limit: int, pause: float = 1.0) -> None:
    """Download `url` to `target`; a broken transfer is resumed where it stopped, with growing pauses.

    urllib3 counts the attempts and waits between them, but it does not resume a transfer that broke within the body:
    that is done here, with a limit of size and time.

    Args:
        url: what to get.
        target: file to write; what it holds already is taken for the beginning of the content.
        limit: most bytes to accept.
        pause: seconds that the pauses begin with; doubled for each further one.

    Raises:
        SourceFailed: the server refused for good, sent too much, or failed every attempt.
    """
    deadline = time.monotonic() + DEADLINE
    # what a server asks us to wait is not heeded: it may ask for years
    retry = Retry(total=ATTEMPTS - 1, backoff_factor=pause, respect_retry_after_header=False)
    while True:
        try:
            return _attempt(url, target, limit, deadline)
        except requests.RequestException as error:
            try:
                retry = retry.increment("GET", url, error=error)
            except MaxRetryError:
                problem = f"{type(error).__name__} ({error})"
                raise SourceFailed(f"no success in {ATTEMPTS} attempts, last: {problem}") from None
            retry.sleep()


def _attempt(url: str, target: Path, limit: int, deadline: float) -> None:
    """One attempt of `download`; a `requests.RequestException` may be tried again."""
    have = target.stat().st_size if target.exists() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as response:
        if 400 <= response.status_code < 500 and response.status_code not in (408, 416, 429):
            raise SourceFailed(f"the server answered {response.status_code} {response.reason}")
        if response.status_code == 416:
            target.unlink(missing_ok=True)  # our beginning is not theirs: start again
        response.raise_for_status()
        resumed = response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        with target.open("ab" if response.status_code == 206 and resumed else "wb") as file:
            for chunk in response.iter_content(CHUNK):
                file.write(chunk)
                if file.tell() > limit:
                    raise SourceFailed(f"the server sent more than the expected {limit} bytes")
                if time.monotonic() > deadline:
                    raise SourceFailed(f"the server is too slow: not done after {DEADLINE} seconds")


def verified(raw: bytes, file: File, compressed: bool = False) -> bytes:
    """The content of a file as a source sent it, unpacked if it is compressed, and hashed.

    Raises:
        SourceFailed: it is not the content of the catalogue.
    """
    if compressed:
        try:
            with gzip.open(io.BytesIO(raw)) as stream:
                raw = stream.read(file.bytes + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise SourceFailed(f"damaged, cut short, or not a gzip file ({error})") from None
    for algorithm, expected in (("sha256", file.sha256), ("md5", file.md5)):
        found = hashlib.new(algorithm, raw, usedforsecurity=False).hexdigest()
        if expected and found != expected:
            raise SourceFailed(
                f"wrong content: {algorithm} {found[:16]}…, expected {expected[:16]}…; not the file as published"
            )
    return raw


def _read(path: Path, limit: int) -> bytes:
    """At most `limit` bytes of a file, and one more to show that there are more."""
    try:
        with path.open("rb") as stream:
            return stream.read(limit + 1)
    except OSError as error:
        raise SourceFailed(f"cannot read {path.name}: {error.strerror}") from None


def _from_path(path: Path, dataset: DataSet, name: str, file: File) -> bytes:
    """A file of a data set from a folder that holds it, or the archive of all, or its images; or from that archive."""
    archive = dataset.archive
    try:
        if archive:
            packed = path if path.is_file() else path / archive.name
            if packed.is_file():
                return verified(image_tar(verified(_read(packed, archive.bytes), archive), 2 * file.bytes), file)
            if (path / "train").is_dir():
                return verified(image_tar(path, 2 * file.bytes), file)
    except BadArchive as error:
        raise SourceFailed(str(error)) from None
    if path.is_file() and len(dataset.files) == 1:
        return verified(_read(path, file.bytes), file)
    for candidate, compressed in ((path / name, False), (path / f"{name}.gz", True)):
        if candidate.is_file():
            return verified(_read(candidate, 2 * file.bytes), file, compressed)
    if not path.exists():
        raise SourceFailed("does not exist")
    wanted = [name, f"{name}.gz"] if dataset.kind == "idx" else [archive.name, "train/"] if archive else [name]
    raise SourceFailed(f"there is no {' or '.join(wanted)}")


def _from_url(base: str, work: Path, dataset: DataSet, name: str, file: File) -> bytes:
    compressed = dataset.kind == "idx"
    target = work / (f"{name}.gz" if compressed else name)
    download(f"{base}{target.name}", target, limit=2 * file.bytes)
    return verified(target.read_bytes(), file, compressed)


def _unpacked_package(package: str, work: Path) -> Path:
    """Where the files of a Debian package lie, which is downloaded and unpacked but not installed."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise SourceFailed("there is no apt-get on this machine")
    got = subprocess.run(["apt-get", "download", package], cwd=work, capture_output=True, text=True)
    archive = next(work.glob(f"{package}_*.deb"), None)
    if got.returncode or archive is None:
        reason = (got.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise SourceFailed(f"apt-get download failed ({reason}); if its lists are old: apt-get update")
    if subprocess.run(["dpkg-deb", "-x", archive, work / "unpacked"], capture_output=True).returncode:
        raise SourceFailed(f"{archive.name} cannot be unpacked")
    return work / "unpacked/usr/share/datasets" / package.removeprefix("dataset-")


def _label(source: Source) -> str:
    """A source in messages."""
    if source.embedded:
        return "this package"
    return source.folder or source.url or f"Debian package {source.debian}"


def _collect(dataset: DataSet, source: Source, work: Path) -> dict[str, bytes]:
    """All files of a data set from one source, verified.

    Raises:
        SourceFailed: one is not there, or not right.
    """
    print(f"trying {_label(source)}", file=sys.stderr)
    if source.url:
        return {name: _from_url(source.url, work, dataset, name, file) for name, file in dataset.files.items()}
    if source.debian:
        path = _unpacked_package(source.debian, work)
    else:
        path = Path(source.folder or Path(__file__).parent / "embedded" / source.embedded)
    return {name: _from_path(path, dataset, name, file) for name, file in dataset.files.items()}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(name: str, path: Path | None = None) -> list[Path]:
    """Put the files of a data set into the cache, decompressed and verified; what is there and right is kept.

    Args:
        name: a data set of the catalogue.
        path: take the files from this folder, or the archive of all from this file, and from nowhere else; None: what
            the variable RANKCOLLAPSE_DATA_FROM (JSON, paths by name, set by the workflow) says, or the catalogue.

    Returns:
        The cached files.

    Raises:
        UserError: no source delivered the data set, or the cache cannot be written.
    """
    dataset, targets = find(name), cached_files(name)
    if all(target.is_file() and _sha256(target) == dataset.files[target.name].sha256 for target in targets):
        return targets
    path = path or json.loads(os.environ.get("RANKCOLLAPSE_DATA_FROM", "{}")).get(name)
    # expanduser: no shell has seen a path of the settings, or one in quotes
    sources = [Source(folder=os.path.expanduser(path))] if path else dataset.sources
    failures = []
    cache = targets[0].parent
    try:
        cache.mkdir(parents=True, exist_ok=True)
        for source in sources:
            with temporary_name(cache / "fetch") as work:
                work.mkdir()
                try:
                    contents = _collect(dataset, source, work)
                except SourceFailed as failure:
                    failures.append(f"  {_label(source)}: {failure}")
                    continue
                for target in targets:
                    (work / target.name).write_bytes(contents[target.name])
                for target in targets:
                    (work / target.name).replace(target)
                return targets
    except OSError as error:
        size = sum(file.bytes for file in dataset.files.values()) / 1e6
        raise UserError(
            f"cannot write the cache {cache}: {error.strerror}. It needs {size:.0f} MB (twice that while it "
            "is filled); free some space or name another folder in the variable RANKCOLLAPSE_CACHE."
        ) from None
    wanted = dataset.archive.name if dataset.archive else ", ".join(dataset.files)
    raise UserError(
        "\n".join([f"could not get the data set {name}; nothing was changed. What was tried:", *failures])
        + ("\nConnect to the network, or name" if dataset.sources else "  nothing: it has no public source.\nName")
        + f" {wanted} as published, or a folder that holds it: rankcollapse data {name} --from PATH"
        + " (data_from in the settings)."
    )
