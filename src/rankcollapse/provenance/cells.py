"""Provenance of a cell: everything that made it."""

import os
import platform
import re
import tomllib
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from rankcollapse.datasets.catalogue import catalogue
from rankcollapse.provenance.checkout import PROJECT, commit
from rankcollapse.provenance.fingerprints import settings_hash, source_hash
from rankcollapse.provenance.records import CellRecord

KERNELS = ("ATEN_CPU_CAPABILITY", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "ONEDNN_MAX_CPU_ISA", "OPENBLAS_CORETYPE")


def packages() -> dict[str, str]:
    """Versions of this package's direct dependencies, the extra `workflow` included; other extras are left out."""
    written = PROJECT / "pyproject.toml"  # of a clone, which need not be installed
    if written.is_file():
        project = tomllib.loads(written.read_text(encoding="utf-8"))["project"]
        texts = [*project["dependencies"], *project["optional-dependencies"]["workflow"]]
    else:
        texts = metadata.requires("rankcollapse") or []
    named = map(Requirement, texts)
    used = [each.name for each in named if not each.marker or each.marker.evaluate({"extra": "workflow"})]
    return {name: metadata.version(name) for name in sorted(used)}


def processor() -> str:
    """The name of the processor."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""  # not Linux
    named = re.search(r"^model name\s*: (.+)$", text, re.M)
    return named[1].strip() if named else platform.processor() or platform.machine()


def kernels() -> str:
    """The libraries of torch's products, and what the environment says of their kernels."""
    import torch

    built = torch.__config__.show()
    blas = re.search(r"BLAS_INFO=(\w+)", built)
    parts = [f"torch {torch.__version__}", f"BLAS {blas[1] if blas else 'unknown'}"]
    parts += [f"oneDNN {found[1]}" for found in [re.search(r"MKL-DNN v([\d.]+)", built)] if found]
    return ", ".join(parts + [f"{name}={os.environ[name]}" for name in KERNELS if name in os.environ])


def describe(modules: list[str], settings: dict[str, Any], device: str, threads: int) -> CellRecord:
    """The provenance of one job, before it has run.

    Args:
        modules: what computes it, the module with its `run` first.
        settings: parameters of its cells.
        device: `cpu` or `cuda`.
        threads: threads that torch was given.
    """
    import torch  # not at the top: short jobs only ask for the commit

    name = settings.get("dataset")
    data = {file: entry.sha256 for file, entry in catalogue()[name].files.items()} if name in catalogue() else {}
    return CellRecord(
        **dict(commit()),
        module=modules[0],
        settings=settings,
        settings_sha256=settings_hash(settings),
        source_sha256=source_hash(*modules),
        data={name: data} if data else {},
        packages=packages(),
        python=platform.python_version(),
        platform=platform.platform(),
        device=torch.cuda.get_device_name() if device == "cuda" else f"cpu ({platform.machine()})",
        processor=processor(),
        instructions=torch.backends.cpu.get_cpu_capability(),
        kernels=kernels(),
        threads=threads,
        float32_matmul_precision=torch.get_float32_matmul_precision(),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
    )
