"""How long the graph takes to see that nothing is to be done, against Snakemake itself, in one run.

    python benchmarks/start.py [--scale laptop]

Run it in the project's folder, after the scale was built there. Peer: a Snakefile with one rule and as many finished
jobs that only touch their file. Both are asked for a dry run, seven times in turn, and medians are compared. Seconds of
the processors are less disturbed by other programs than those of the clock.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

REPEATS = 7
BARE = """
rule all:
    input:
        expand("{{job}}", job=range({jobs} - 1)),


rule one:
    output:
        "{{job}}",
    shell:
        "touch {{output}}"
"""


def snakemake(*arguments: str, folder: Path | str = ".") -> str:
    """What a run of Snakemake that must succeed says."""
    command = ["snakemake", "--cores", "2", *arguments]
    done = subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.exit(done.stdout)
    return done.stdout


def dry_run(*arguments: str, folder: Path | str = ".") -> tuple[float, float]:
    """Seconds of the clock and of the processors that a dry run takes which has nothing to do."""
    before, start = os.times(), time.monotonic()
    told = snakemake("--dry-run", *arguments, folder=folder)
    wall, after = time.monotonic() - start, os.times()
    if "Nothing to be done" not in told:
        sys.exit(f"expected a finished run, build it first; a dry run says:\n{told}")
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, used


def times(scale: str) -> tuple[int, dict[str, list[tuple[float, float]]]]:
    """The number of jobs, and seconds by clock and processors of ours and of the bare Snakefile, in turn."""
    config = ("--config", f"scale={scale}")
    jobs = int(re.search(r"^total +(\d+)$", snakemake("--dry-run", "--forceall", *config), re.M)[1])
    found = {"ours": [], "bare": []}
    with tempfile.TemporaryDirectory() as bare:
        Path(bare, "Snakefile").write_text(BARE.format(jobs=jobs))
        snakemake(folder=bare)
        for _ in range(REPEATS):
            found["ours"].append(dry_run(*config))
            found["bare"].append(dry_run(folder=bare))
    return jobs, found


def measured(scale: str) -> Iterator[tuple[str, float]]:
    """The ratio by its name."""
    _, found = times(scale)
    ratios = [mine[0] / bare[0] for mine, bare in zip(found["ours"], found["bare"], strict=True)]
    yield f"dry run of a finished {scale} ÷ a bare Snakefile's", statistics.median(ratios)


def main() -> None:
    """Time and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", default="laptop")
    jobs, found = times(parser.parse_args().scale)
    table = Table(title=f"a dry run with nothing to do, {jobs} jobs")
    for heading in ("what", "by the clock", "of the processors"):
        table.add_column(heading)
    middle = {}
    for name, pairs in found.items():
        columns = list(zip(*pairs, strict=True))
        middle[name] = [statistics.median(column) for column in columns]
        cells = [f"{statistics.median(column):.2f} ({min(column):.2f} to {max(column):.2f})" for column in columns]
        table.add_row(f"{name}, seconds", *cells)
    ratios = [mine / its for mine, its in zip(middle["ours"], middle["bare"], strict=True)]
    table.add_row("ours ÷ bare", *(f"{ratio:.2f}" for ratio in ratios))
    Console().print(table)


if __name__ == "__main__":
    main()
