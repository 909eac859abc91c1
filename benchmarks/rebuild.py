"""What a whole rebuild costs, and which share of it is lost to start-up and scheduling, in one run.

    python benchmarks/rebuild.py [--scale laptop] [--cores 2]

Everything is computed anew (`snakemake --forceall`). Core-seconds, that is cores × wall time, are split into: computing
(what cells report of themselves), start-up of the cells (their jobs' durations less that: Python, imports, reading
data, provenance), all other jobs (joining, drawing, judging, typesetting; the part of it that is start-up is timed
apart), and what no job used (Snakemake itself, and cores that had nothing to do).
"""

import argparse
import csv
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

# what the jobs that are not cells start with: those that join cells, and all others
IMPORTS = {
    "frames": "import rankcollapse.commands.gather",
    "": "import rankcollapse.commands.figure, rankcollapse.commands.claims",
}


def seconds(benchmark: Path) -> float:
    """Duration of a job, from Snakemake's benchmark file."""
    with benchmark.open(encoding="utf-8") as file:
        return sum(float(row["s"]) for row in csv.DictReader(file, delimiter="\t"))


def timed(command: list[str]) -> float:
    """Wall seconds of a command that must succeed."""
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - start


def main() -> None:
    """Rebuild and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", default="laptop")
    parser.add_argument("--cores", type=int, default=2)
    options = parser.parse_args()
    results = Path("results") / options.scale

    start = time.time()
    wall = timed(
        ["snakemake", "--cores", str(options.cores), "--forceall", "--config", f"scale={options.scale}"],
    )
    files = [path for path in (results / "benchmarks").rglob("*.tsv") if path.stat().st_mtime >= start]
    cells = [path for path in files if path.parent.parent.name == "cells"]
    computing = sum(
        json.loads((results / "cells" / path.parent.name / f"{path.stem}.json").read_text())["seconds"]
        for path in cells
    )
    of_cells = sum(map(seconds, cells))
    others = [path for path in files if path not in cells]
    of_others = sum(map(seconds, others))
    imports = {
        kind: statistics.median(timed([sys.executable, "-c", code]) for _ in range(5)) for kind, code in IMPORTS.items()
    }
    total = options.cores * wall
    starting = sum(min(seconds(path), imports.get(path.parent.name, imports[""])) for path in others)

    table = Table(title=f"scale {options.scale}: {wall:.0f} s on {options.cores} cores, {len(cells)} jobs of cells")
    for heading in ("core-seconds of", "seconds", "share"):
        table.add_column(heading)
    for name, value in (
        ("computing cells", computing),
        ("starting cells", of_cells - computing),
        ("other jobs, at work", of_others - starting),
        (f"other jobs ({len(others)}), starting", starting),
        ("no job", total - of_cells - of_others),
        ("lost: starting and no job", total - computing - (of_others - starting)),
    ):
        table.add_row(name, f"{value:.0f}", f"{value / total:.1%}")
    Console().print(table)


if __name__ == "__main__":
    main()
