"""Long work that may be killed at any moment: its progress on the screen, its checkpoints, its clock."""

import contextlib
import copy
import hashlib
import io
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from rankcollapse.storage.files import write_whole

SECONDS_BETWEEN_CHECKPOINTS = 30.0
SECONDS_BETWEEN_LINES = 10.0


class Session:
    """Runs the phases of a cell; each goes on from its last checkpoint, if there is one.

    Attributes:
        clock: for every phase the seconds it took at the steps where it was asked (`mark`), resumed or not. Seconds
            are not reproducible, so they belong to provenance and never to a frame.
        earlier: seconds that phases had taken when they were taken up from their checkpoints.
    """

    def __init__(self, folder: Path | None = None, identity: str = "", every: float = SECONDS_BETWEEN_CHECKPOINTS):
        """A session.

        Args:
            folder: where checkpoints are kept, made when needed; None keeps none.
            identity: hash of all that decides the result; checkpoints of another identity are not used.
            every: seconds between two checkpoints.
        """
        self.folder, self.identity, self.every = folder, identity, every
        self.clock: dict[str, list[tuple[int, float]]] = {}
        self._resumed: dict[str, float] = {}
        self._prefix = ""

    def within(self, prefix: str) -> "Session":
        """This session, the names of whose phases begin with `prefix`: tells the cells of a job apart."""
        part = copy.copy(self)
        part._prefix = self._prefix + prefix
        return part

    @property
    def earlier(self) -> float:
        """Seconds of phases that were done before this process."""
        return sum(self._resumed.values())

    def phase(self, name: str, steps: int, state: Callable[[], Any], restore: Callable[[Any], None]) -> Iterator[int]:
        """Count the steps of a phase, from its last checkpoint on.

        The caller does step `i` when it gets `i`. Between two steps its state may be saved.

        Args:
            name: of the phase; different phases of a cell have different names.
            steps: how many there are.
            state: gives all that later steps and the result depend on: tensors, numbers, text, in lists and dicts.
            restore: takes what `state` gave.
        """
        short, name = name, self._prefix + name
        path = self.folder and self.folder / f"{name}.checkpoint"
        first, before = 0, 0.0
        if saved := self._load(path):
            first, before = saved["step"], saved["seconds"]
            self.clock[name] = saved["clock"]
            self._resumed[name] = before
            restore(saved["state"])
            print(f"{name}: going on from step {first} of {steps}", file=sys.stderr, flush=True)
        self.clock.setdefault(name, [])
        start = time.monotonic()
        self._seconds = lambda: before + time.monotonic() - start

        def save(step: int) -> None:
            if path:
                progress = {"step": step, "seconds": self._seconds(), "clock": self.clock[name]}
                self._save(path, progress | {"state": state()})

        shown = _Shown(name, first, steps)
        last = time.monotonic()
        for step in range(first, steps):
            yield step
            shown.update(step + 1)
            if time.monotonic() - last >= self.every and step + 1 < steps:
                save(step + 1)
                last = time.monotonic()
        shown.close()
        if first < steps:
            if torch.cuda.is_initialized():
                torch.cuda.synchronize()  # steps may still be queued
            self.mark(short, steps)
            save(steps)

    def mark(self, name: str, step: int) -> None:
        """Note the seconds that the phase has taken when `step` steps are done."""
        name = self._prefix + name
        if not self.clock[name] or self.clock[name][-1][0] < step:
            self.clock[name].append((step, round(self._seconds(), 3)))

    def _save(self, path: Path, content: dict[str, Any]) -> None:
        buffer = io.BytesIO()
        torch.save({"identity": self.identity, **content}, buffer)
        # an orphan of a killed run may compute the same cell, and remove this folder when it is done: also between two
        # lines here, or within one (`exist_ok` looks a second time, and complains of what is gone by then)
        with contextlib.suppress(FileExistsError):
            path.parent.mkdir(parents=True)
        with contextlib.suppress(FileNotFoundError):
            write_whole(path, hashlib.sha256(buffer.getvalue()).digest() + buffer.getvalue())

    def _load(self, path: Path | None) -> dict[str, Any] | None:
        """The checkpoint of a phase, or None if there is none that can be used."""
        try:
            raw = path.read_bytes() if path else b""
        except FileNotFoundError:
            raw = b""
        if not raw:
            return None
        if hashlib.sha256(raw[32:]).digest() != raw[:32]:
            print(f"{path.name} is damaged; starting the phase anew", file=sys.stderr, flush=True)
            return None
        saved = torch.load(io.BytesIO(raw[32:]), weights_only=True, map_location="cpu")
        if saved["identity"] != self.identity:
            print(f"{path.name} is of other settings or code; starting the phase anew", file=sys.stderr, flush=True)
            return None
        return saved

    def forget(self) -> None:
        """Remove the checkpoints: the result is written."""
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


class _Shown:
    """A bar with rate and time left on a terminal, plain lines in a log."""

    def __init__(self, name: str, first: int, steps: int):
        self.name, self.first, self.steps = name, first, steps
        self.bar = tqdm(initial=first, total=steps, desc=name, unit="step") if sys.stderr.isatty() else None
        self.start = self.last = time.monotonic()

    def update(self, step: int) -> None:
        if self.bar is not None:
            self.bar.update()
            return
        now = time.monotonic()
        if now - self.last >= SECONDS_BETWEEN_LINES or step == self.steps:
            rate = (step - self.first) / (now - self.start)
            left = (self.steps - step) / rate
            line = f"{self.name}: step {step}/{self.steps}, {rate:.1f} steps/s, {left:.0f} s left"
            print(line, file=sys.stderr, flush=True)
            self.last = now

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
