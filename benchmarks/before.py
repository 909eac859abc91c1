"""What the cells of a scale cost now, against an earlier commit: seconds of the processor, and memory.

    python benchmarks/before.py CLONE [--scale laptop] [--frames NAME ...]

CLONE is a clone of the earlier commit; its code runs on the Python and the packages of this one. Cells are those that
the reference results of both commits have, with the same settings. Of each cell both versions run at the same time,
each on a core of its own, in turns on the one and the other. Seconds are those of the processor, starts included.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from rankcollapse.provenance.cells import processor

HERE = Path(__file__).parents[1]
Cells = dict[tuple[str, str], list[str]]


def cells(clone: Path, scale: str) -> Cells:
    """The cells of the reference results of a clone, by their frame and settings: the arguments of each."""
    manifest = json.loads((clone / f"results/reference/{scale}/manifest.json").read_text(encoding="utf-8"))
    found: Cells = {}
    for frame, record in manifest["frames"].items():
        for cell in record["cells"]:
            given = cell["settings"].items()
            values = [f"{key}={value if isinstance(value, str) else json.dumps(value)}" for key, value in given]
            found[frame, json.dumps(cell["settings"], sort_keys=True)] = [frame, *values]
    return found


def started(clone: Path, arguments: list[str], core: int, folder: str) -> subprocess.Popen:
    """A cell that is being computed by the code of a clone, on one core; what it says goes to a file `CORE.log`."""
    output = Path(folder, f"{core}.parquet")
    command = [sys.executable, "-P", "-c", "from rankcollapse.cli import main; main()", "run", *arguments]
    return subprocess.Popen(
        ["taskset", "-c", str(core), *command, "--output", output],
        env=os.environ | {"PYTHONPATH": str(clone / "src")},
        stdout=subprocess.DEVNULL,
        stderr=Path(folder, f"{core}.log").open("w"),
    )


def ended(process: subprocess.Popen, core: int, folder: str) -> tuple[float, float]:
    """Seconds of the processor and MiB that a process took; the program ends if it failed."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        said = Path(folder, f"{core}.log").read_text(encoding="utf-8", errors="replace")
        raise SystemExit(f"{' '.join(map(str, process.args))}\nended with exit code {process.returncode}: {said}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clone", type=Path)
    parser.add_argument("--scale", default="laptop")
    parser.add_argument("--frames", nargs="+", help="only these")
    arguments = parser.parse_args()
    now, before = cells(HERE, arguments.scale), cells(arguments.clone, arguments.scale)
    both = [now[key] for key in now.keys() & before.keys() if not arguments.frames or key[0] in arguments.frames]
    cores = sorted(os.sched_getaffinity(0))[:2]
    if not both or len(cores) < 2:
        raise SystemExit("this needs two cores, and cells that the reference results of both commits have")
    seconds, peaks = defaultdict(lambda: [0.0, 0.0]), defaultdict(lambda: [0.0, 0.0])
    with tempfile.TemporaryDirectory() as folder:
        for number, cell in enumerate(tqdm(sorted(both))):
            turned = cores if number % 2 else cores[::-1]
            clones = zip((HERE, arguments.clone), turned, strict=True)
            running = [started(clone, cell, core, folder) for clone, core in clones]
            for which, (process, core) in enumerate(zip(running, turned, strict=True)):
                taken, peak = ended(process, core, folder)
                seconds[cell[0]][which] += taken
                peaks[cell[0]][which] = max(peaks[cell[0]][which], peak)
    table = Table(title=f"{len(both)} of {len(now)} cells of {arguments.scale}, on {processor()}")
    for head in ("frame", "core-seconds, before", "now", "now ÷ before", "MiB of the largest, before", "now"):
        table.add_column(head, justify="right")
    for name in sorted(seconds):
        (new, old), (new_peak, old_peak) = seconds[name], peaks[name]
        table.add_row(name, f"{old:.1f}", f"{new:.1f}", f"{new / old:.2f}", f"{old_peak:.0f}", f"{new_peak:.0f}")
    new, old = map(sum, zip(*seconds.values(), strict=True))
    new_peak, old_peak = map(max, zip(*peaks.values(), strict=True))
    table.add_row("all", f"{old:.1f}", f"{new:.1f}", f"{new / old:.2f}", f"{old_peak:.0f}", f"{new_peak:.0f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
