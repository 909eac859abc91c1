"""Files: written so that nobody ever sees half of one, read with a clear message where they are damaged."""

import glob
import json
import os
import platform
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rankcollapse.errors import UserError


@contextmanager
def temporary_name(path: Path) -> Iterator[Path]:
    """A hidden name beside `path` for a file or folder in the making; it is removed at the end if it still exists.

    Processes that were killed leave such names behind: those of this machine are removed too.
    """
    ours = f".{path.name}.{platform.node().replace('.', '-')}"
    for left in path.parent.glob(f"{glob.escape(ours)}.*.part"):
        process = left.suffixes[-2][1:]
        if process.isdecimal() and not _runs(int(process)):
            _remove(left)
    name = path.with_name(f"{ours}.{os.getpid()}.part")
    try:
        yield name
    finally:
        _remove(name)


def _runs(process: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is another user's
        pass
    return True


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes | str) -> None:
    """Write to a temporary name beside `path`, then rename: the file is there whole or not at all.

    Raises:
        OSError: it cannot be written; `path` is in the error.
    """
    with temporary_name(path) as temporary:
        try:
            temporary.write_bytes(content.encode() if isinstance(content, str) else content)
            temporary.replace(path)
        except OSError as error:
            error.filename = str(path)  # a full disk names no file
            raise


def write_json(path: Path, values: Any) -> None:
    """Write values as JSON for people, whole or not at all; NaN and infinity are refused."""
    write_whole(path, json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def of_a_run(path: Path) -> bool:
    """Whether a file lies where a run of the workflow puts its results, beside its logs."""
    folders = list(path.absolute().parents)[:3]  # results/SCALE, or cells/FRAME in it
    return any((folder / "logs").is_dir() and (folder / "benchmarks").is_dir() for folder in folders)


def cure(path: Path, ours: bool = False) -> str:
    """What to do about a file that does not hold what it should: what we did not write, we tell nobody to remove.

    Args:
        path: the file.
        ours: whether it is known that this program wrote it; a file among the results of a run is ours too.
    """
    if ours or of_a_run(path):
        return (
            "Restore it if git tracks it; else remove it and give the same command again, which then makes it anew:"
            f" rm {shlex.quote(str(path))}"
        )
    return "Name the file that was meant; if it was one, restore it, or make it again"


def read_json(path: Path) -> Any:
    """The content of a JSON file.

    Raises:
        UserError: it is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is not JSON, or is damaged ({error}). {cure(path)}") from None
