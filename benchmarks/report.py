"""What the benchmarks share: a table of measurements, and the memory of a program."""

import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from rankcollapse.provenance.cells import processor

# not `ru_maxrss`, which a child inherits from the process that started it
PEAK = "\nimport re; print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])"


def peak_memory(code: str, *arguments: object) -> float:
    """Peak resident MiB of a Python process that runs this code, which finds the benchmarks beside it (Linux)."""
    found = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n{code}{PEAK}"
    command = [sys.executable, "-c", found, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1024


def show(found: dict[str, float], title: str) -> None:
    """Print measurements by their names."""
    table = Table(title=f"{title}, on {processor()}")
    table.add_column("what")
    table.add_column("measured", justify="right")
    for name, value in found.items():
        table.add_row(name, f"{value:.3g}")
    Console().print(table)
