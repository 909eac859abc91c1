"""What a run cost: seconds and memory of its jobs as Snakemake's benchmark files have them, and space on disk."""

import contextlib
import csv
from pathlib import Path

from rankcollapse.provenance.records import Cost


def cost(benchmarks: list[Path]) -> Cost:
    """The jobs whose benchmark files (TSV) these are, together."""
    rows = [row for path in benchmarks for row in csv.DictReader(path.open(encoding="utf-8"), delimiter="\t")]
    peaks = [float(row["max_rss"]) for row in rows if row["max_rss"] != "NA"]
    return Cost(
        jobs=len(rows),
        job_seconds=round(sum(float(row["s"]) for row in rows), 1),
        peak_mb=max(peaks, default=None),
    )


def disk_mb(folder: Path) -> float:
    """Size of all files below a folder, in MB; other jobs may write there meanwhile."""
    size = 0
    for file in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            size += file.stat().st_size if file.is_file() else 0
    return round(size / 1e6, 1)
