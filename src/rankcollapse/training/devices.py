"""Where a job computes: on the CPU, or on which of several GPUs, beside other jobs."""

import contextlib
import fcntl
import itertools
import os
import resource
import subprocess
import tempfile
from pathlib import Path
from typing import TextIO

from rankcollapse.errors import UserError


def visible_gpus() -> list[str]:
    """The GPUs that this process may use: those of CUDA_VISIBLE_DEVICES, or all that nvidia-smi lists; by name."""
    if (named := os.environ.get("CUDA_VISIBLE_DEVICES")) is not None:
        return [name.strip() for name in named.split(",") if name.strip()]
    try:
        command = ["nvidia-smi", "--query-gpu=uuid", "--format=csv,noheader"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    except (OSError, subprocess.CalledProcessError):
        return []


def take_gpu() -> TextIO | None:
    """Take the visible GPU that the fewest other jobs of this user have, and make it the only visible one.

    What is taken is a lock on a file of the machine, which the system gives back however the process ends. To be
    called before CUDA is initialized.

    Returns:
        The lock, to be kept open while the GPU is used; None where there is no choice: no GPU, or one, as a cluster
        gives to a job.
    """
    gpus = visible_gpus()
    if len(gpus) < 2:
        return None
    folder = Path(tempfile.gettempdir(), f"rankcollapse-gpus-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    for jobs, gpu in ((jobs, gpu) for jobs in itertools.count() for gpu in gpus):
        lock = open(folder / f"{gpu.replace('/', '-')}.{jobs}", "w")  # noqa: SIM115 (open for as long as the job runs)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu
        return lock


def memory(device: str) -> tuple[int, str]:
    """Bytes that a process can have on a device at most, and what sets that limit."""
    import torch

    if device == "cuda":
        return torch.cuda.get_device_properties(0).total_memory, "the GPU"
    limits = [(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), "this machine")]
    address_space = resource.getrlimit(resource.RLIMIT_AS)[0]
    if address_space != resource.RLIM_INFINITY:
        limits.append((address_space, "ulimit -v"))
    with contextlib.suppress(OSError, ValueError):  # of a container; "max" is no number
        limits.append((int(Path("/sys/fs/cgroup/memory.max").read_text()), "the container"))
    return min(limits)


def resolve_device(name: str) -> str:
    """`cpu` or `cuda`; `auto` means `cuda` where there is one.

    Raises:
        UserError: `cuda` was asked for and there is none.
    """
    import torch  # not at the top: a GPU is taken before torch is imported

    available = torch.cuda.is_available()
    if name == "auto":
        return "cuda" if available else "cpu"
    if name == "cuda" and not available:
        raise UserError("device is cuda, but torch sees no CUDA device here; set `device: cpu` or `auto`")
    return name
