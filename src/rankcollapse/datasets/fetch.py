"""Bring a data set into the cache from the first source that delivers the right bytes.

Whatever a source sends is untrusted: it is unpacked up to the catalogued length and no further, hashed, and
only then moved into the cache under its name. Nothing is left behind when a source fails.
"""

import gzip
import hashlib
import io
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import requests

from rankcollapse.datasets.catalogue import DataSet, File, Source, cached_files, find
from rankcollapse.errors import UserError

ATTEMPTS = 5
CHUNK = 1 << 16  # bytes; at most this much is lost when a transfer breaks
TIMEOUT = (10, 30)  # seconds to connect, seconds between two packets
DEADLINE = 1800  # seconds for one file, all attempts together


class SourceFailed(Exception):
    """A source did not deliver a file; the message says why."""


def download(url: str, target: Path, limit: int, pause: float = 1.0) -> None:
    """Download `url` to `target`; a broken transfer is resumed where it stopped, with growing pauses.

    Args:
        url: what to get.
        target: file to write; what it holds already is taken for the beginning of the content.
        limit: most bytes to accept.
        pause: seconds before the second attempt; doubled for each further one.

    Raises:
        SourceFailed: the server refused for good, sent too much, or failed every attempt.
    """
    problem = ""
    deadline = time.monotonic() + DEADLINE
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(pause * 2 ** (attempt - 1))
        have = target.stat().st_size if target.exists() else 0
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        try:
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
                return
        except requests.RequestException as error:
            problem = f"{type(error).__name__} ({error})"
    raise SourceFailed(f"no success in {ATTEMPTS} attempts, last: {problem}")


def verified(raw: bytes, file: File, compressed: bool) -> bytes:
    """The content of a file as a source sent it, unpacked and hashed.

    Raises:
        SourceFailed: it is not the content of the catalogue.
    """
    if compressed:
        try:
            with gzip.open(io.BytesIO(raw)) as stream:
                raw = stream.read(file.bytes + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise SourceFailed(f"damaged, cut short, or not a gzip file ({error})") from None
    found = hashlib.sha256(raw).hexdigest()
    if found != file.sha256:
        raise SourceFailed(f"wrong content: sha256 {found[:16]}…, expected {file.sha256[:16]}…")
    return raw


def _from_folder(folder: Path) -> Callable[[str, File], bytes]:
    def get(name: str, file: File) -> bytes:
        for path, compressed in ((folder / name, False), (folder / f"{name}.gz", True)):
            if path.is_file():
                try:
                    with path.open("rb") as stream:
                        raw = stream.read(2 * file.bytes)
                except OSError as error:
                    raise SourceFailed(f"cannot read {path.name}: {error.strerror}") from None
                return verified(raw, file, compressed)
        raise SourceFailed(f"there is no {name} or {name}.gz")

    return get


def _from_url(base: str, work: Path) -> Callable[[str, File], bytes]:
    def get(name: str, file: File) -> bytes:
        target = work / f"{name}.gz"
        download(f"{base}{name}.gz", target, limit=2 * file.bytes)
        return verified(target.read_bytes(), file, compressed=True)

    return get


def _from_debian(package: str, work: Path) -> Callable[[str, File], bytes]:
    """The files of a Debian package, which is downloaded and unpacked but not installed."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise SourceFailed("there is no apt-get on this machine")
    got = subprocess.run(["apt-get", "download", package], cwd=work, capture_output=True, text=True)
    archive = next(work.glob(f"{package}_*.deb"), None)
    if got.returncode or archive is None:
        reason = (got.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise SourceFailed(f"apt-get download failed ({reason}); if its lists are old: apt-get update")
    if subprocess.run(["dpkg-deb", "-x", archive, work / "unpacked"], capture_output=True).returncode:
        raise SourceFailed(f"{archive.name} cannot be unpacked")
    return _from_folder(work / "unpacked/usr/share/datasets" / package.removeprefix("dataset-"))


def _open(source: Source, work: Path) -> tuple[str, Callable[[str, File], bytes]]:
    """A name for the source in messages, and a function that gets one verified file from it."""
    if source.embedded:
        return "this package", _from_folder(Path(__file__).parent / "embedded" / source.embedded)
    if source.folder:
        return source.folder, _from_folder(Path(source.folder))
    if source.url:
        return source.url, _from_url(source.url, work)
    return f"Debian package {source.debian}", _from_debian(source.debian, work)


def _collect(dataset: DataSet, source: Source, work: Path) -> dict[str, bytes]:
    name, get = _open(source, work)
    print(f"trying {name}", file=sys.stderr)
    return {file: get(file, entry) for file, entry in dataset.files.items()}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(name: str, folder: Path | None = None) -> list[Path]:
    """Put the files of a data set into the cache, decompressed and verified; what is there and right is kept.

    Args:
        name: a data set of the catalogue.
        folder: take the files from here and nowhere else.

    Returns:
        The cached files.

    Raises:
        UserError: no source delivered the data set, or the cache cannot be written.
    """
    dataset, targets = find(name), cached_files(name)
    if all(target.is_file() and _sha256(target) == dataset.files[target.name].sha256 for target in targets):
        return targets
    sources = [Source(folder=str(folder))] if folder else dataset.sources
    failures = []
    cache = targets[0].parent
    try:
        cache.mkdir(parents=True, exist_ok=True)
        for source in sources:
            with tempfile.TemporaryDirectory(prefix=".fetch-", dir=cache) as work:
                try:
                    contents = _collect(dataset, source, Path(work))
                except SourceFailed as failure:
                    label = source.folder or source.url or source.debian or "this package"
                    failures.append(f"  {label}: {failure}")
                    continue
                for target in targets:
                    (Path(work) / target.name).write_bytes(contents[target.name])
                for target in targets:
                    (Path(work) / target.name).replace(target)
                return targets
    except OSError as error:
        size = sum(file.bytes for file in dataset.files.values()) / 1e6
        raise UserError(
            f"cannot write the cache {cache}: {error.strerror}. It needs {size:.0f} MB (twice that while it "
            "is filled); free some space or name another folder in the variable RANKCOLLAPSE_CACHE."
        ) from None
    raise UserError(
        "\n".join([f"could not get the data set {name}; nothing was changed. What was tried:", *failures])
        + f"\nConnect to the network, or name a folder that holds {targets[0].name}[.gz] and the others: "
        f"rankcollapse data {name} --folder FOLDER (data_folder in the settings)."
    )
