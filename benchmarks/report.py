"""What the benchmarks share: where a measurement was made, and a table of measurements."""

from rich.console import Console
from rich.table import Table

from rankcollapse.provenance.cells import processor


def show(found: dict[str, float], title: str) -> None:
    """Print measurements by their names."""
    table = Table(title=f"{title}, on {processor()}")
    table.add_column("what")
    table.add_column("measured", justify="right")
    for name, value in found.items():
        table.add_row(name, f"{value:.3g}")
    Console().print(table)
