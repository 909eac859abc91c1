"""Provenance: everything that made a frame, written beside it as JSON."""

import platform
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from rankcollapse.datasets.catalogue import catalogue
from rankcollapse.source import ROOT, settings_hash, source_hash


def commit() -> dict[str, Any]:
    """The commit that the source is at, and whether the tree was clean; both None outside a git checkout."""

    def git(*arguments: str) -> str | None:
        try:
            done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
        except FileNotFoundError:
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    status = git("status", "--porcelain")
    return {"commit": git("rev-parse", "HEAD"), "clean": None if status is None else status == ""}


def packages() -> dict[str, str]:
    """Versions of this package's direct dependencies."""
    names = (requirement.split(";") for requirement in metadata.requires("rankcollapse") or [])
    direct = [name for name, *marker in names if not marker]  # a marker means an extra
    plain = [name.translate(str.maketrans("<>=!~[", "      ")).split()[0] for name in direct]
    return {name: metadata.version(name) for name in sorted(plain)}


def describe(module: str, settings: dict[str, Any], device: str, threads: int) -> dict[str, Any]:
    """The provenance of one cell.

    Args:
        module: module whose `run` made it.
        settings: arguments of `run`.
        device: `cpu` or `cuda`.
        threads: threads that torch was given.
    """
    import torch  # not at the top: short jobs only ask for the commit

    name = settings.get("dataset")
    data = {file: entry.sha256 for file, entry in catalogue()[name].files.items()} if name in catalogue() else {}
    return {
        "module": module,
        "settings": settings,
        "settings_sha256": settings_hash(settings),
        "source_sha256": source_hash(module),
        **commit(),
        "data": {name: data} if data else {},
        "packages": packages(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "device": torch.cuda.get_device_name() if device == "cuda" else f"cpu ({platform.machine()})",
        "threads": threads,
        "float32_matmul_precision": torch.get_float32_matmul_precision(),  # "highest": no TF32
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }
