"""Joining the cells of a frame; a short job, so it imports neither torch nor pandas."""

import json
import re
from pathlib import Path

from rankcollapse.costs import cost
from rankcollapse.files import read_json, write_whole
from rankcollapse.frames import concatenate, write_frame
from rankcollapse.source import settings_hash


def gather_cells(cells: list[Path], benchmarks: Path, output: Path) -> None:
    """Join the cells of a frame in the order given, and their provenance in the file ending in `.json`.

    Args:
        cells: Parquet files, each with its provenance beside it.
        benchmarks: folder of Snakemake's benchmark files of the cells; what it lacks is not counted.
        output: Parquet file to write.
    """
    records = [read_json(cell.with_suffix(".json")) for cell in cells]
    table = concatenate(cells)
    phases: dict[str, float] = {}
    for record in records:
        for phase, clock in record["clock"].items():
            name = re.sub(r"^\d+-", "", phase)  # of the cells of a job
            phases[name] = round(phases.get(name, 0.0) + clock[-1][1], 3)
    provenance = {
        "rows": table.num_rows,
        "settings_sha256": settings_hash([record["settings"] for record in records]),
        "seconds": round(sum(record["seconds"] for record in records), 3),
        "phases": phases,
        "cost": cost([path for path in (benchmarks / f"{cell.stem}.tsv" for cell in cells) if path.is_file()]),
        "devices": sorted({record["device"] for record in records}),
        "cells": records,
    }
    write_whole(output.with_suffix(".json"), json.dumps(provenance, indent=2, ensure_ascii=False) + "\n")
    write_frame(table, output)
