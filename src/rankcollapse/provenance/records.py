"""The provenance of a cell, of a frame and of a run: one model for each, written and read by it."""

from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from rankcollapse.errors import UserError
from rankcollapse.storage.files import cure, read_json, write_json


class Record(BaseModel):
    """Provenance, kept as JSON."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    def write(self, path: Path) -> None:
        """Write the record as JSON, whole or not at all."""
        write_json(path, self.model_dump())

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a record.

        Raises:
            UserError: the file holds something else.
        """
        try:
            return cls.model_validate(read_json(path))
        except ValidationError as error:
            mistake = error.errors()[0]
            name = ".".join(map(str, mistake["loc"]))
            raise UserError(
                f"{path} is not the provenance that this version writes ({name}: {mistake['msg']}). {cure(path)}"
            ) from None


class Commit(Record):
    """The commit that the source was at; both None where git does not know this project."""

    commit: str | None
    clean: bool | None
    """whether the tree had no changes"""
    unknown: str | None = None
    """why there is no commit, and what cures it"""

    def told(self) -> str:
        """The commit in words."""
        if self.commit is None:
            return f"unknown ({self.unknown})" if self.unknown else "unknown"
        return self.commit if self.clean else f"{self.commit} (modified)"


class CellRecord(Commit):
    """What made the rows of one job: one cell, or a few."""

    module: str
    """whose `run` computed them"""
    settings: dict[str, Any]
    """parameters of the cells; under `each` those in which they differ"""
    settings_sha256: str
    source_sha256: str
    """of the files that the module executes"""
    data: dict[str, dict[str, str]]
    """sha256 of each file of each data set that was read"""
    packages: dict[str, str]
    """versions of the packages that this one names"""
    python: str
    platform: str
    device: str
    processor: str
    """its name, as the system gives it"""
    instructions: str
    """vector instructions for which torch chose its kernels, say AVX2 or AVX512"""
    kernels: str
    """libraries of torch's products, and the variables of the environment that choose among their kernels"""
    threads: int
    float32_matmul_precision: str
    """of torch; "highest" means no TF32"""
    started: str
    """date and time, UTC"""
    seconds: float = 0.0
    """of computing, start-up of the process excluded, work before a kill included"""
    clock: dict[str, list[tuple[int, float]]] = {}
    """for each phase of training the seconds it had taken after so many steps"""

    def identity(self) -> dict[str, Any]:
        """All that decides the rows, and nothing else: a checkpoint of another identity is not used."""
        return self.model_dump(exclude={"commit", "clean", "unknown", "processor", "started", "seconds", "clock"})


class Cost(Record):
    """What some jobs cost."""

    jobs: int
    job_seconds: float
    """sum of their durations, start-up included"""
    peak_mb: float | None
    """largest resident memory of one of them; None where all were too short to be sampled"""


class FrameRecord(Record):
    """What made a frame."""

    rows: int
    settings_sha256: str
    seconds: float
    """of computing, all cells together"""
    phases: dict[str, float]
    """seconds by phase of training"""
    cost: Cost
    devices: list[str]
    cells: list[CellRecord]


class Manifest(Commit):
    """What made a run: its settings and the provenance of all of its frames."""

    scale: str
    settings: dict[str, Any]
    settings_sha256: dict[str, str]
    """by section"""
    disk_mb: float
    """size of all results"""
    frames: dict[str, FrameRecord]

    @property
    def cells(self) -> list[CellRecord]:
        """The provenance of the cells of all frames."""
        return [cell for frame in self.frames.values() for cell in frame.cells]

    @property
    def devices(self) -> list[str]:
        """The devices that computed."""
        return sorted({device for frame in self.frames.values() for device in frame.devices})

    @property
    def processors(self) -> list[str]:
        """The processors that computed, each with the instructions and kernels that torch chose on it."""
        return sorted({f"{cell.processor} with {cell.instructions} ({cell.kernels})" for cell in self.cells})
