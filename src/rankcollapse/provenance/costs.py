"""What a run cost: seconds and memory of its jobs as Snakemake's benchmark files have them, and space on disk."""

import contextlib
import csv
from pathlib import Path

from rankcollapse.errors import UserError
from rankcollapse.provenance.records import Cost
from rankcollapse.storage.files import cure


def cost(benchmarks: list[Path]) -> Cost:
    """The jobs whose benchmark files (TSV) these are, together.

    Raises:
        UserError: one is damaged.
    """
    jobs = [job for path in benchmarks for job in _jobs(path)]
    return Cost(
        jobs=len(jobs),
        job_seconds=round(sum(seconds for seconds, _ in jobs), 1),
        peak_mb=max((peak for _, peak in jobs if peak is not None), default=None),
    )


def _jobs(path: Path) -> list[tuple[float, float | None]]:
    """Seconds of each job in a benchmark file, and its peak of memory in MB; None where that was not measured."""
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t"))
        return [(float(row["s"]), None if row["max_rss"] == "NA" else float(row["max_rss"])) for row in rows]
    except (ValueError, KeyError, TypeError, csv.Error):
        raise UserError(f"{path} is not a benchmark file of Snakemake, or is damaged. {cure(path)}") from None


def disk_mb(folder: Path) -> float:
    """Size of all files below a folder, in MB; other jobs may write there meanwhile."""
    size = 0
    for file in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            size += file.stat().st_size if file.is_file() else 0
    return round(size / 1e6, 1)
