"""What it costs and what it changes to drop step sizes early: the training cells of a run, with and without.

    python benchmarks/halving.py RESULTS [--cores 2]

RESULTS is the folder of a finished run, `results/laptop`. Every training cell of it in which step sizes compete is
trained twice, here: as it is, and with all step sizes trained to the end, where each network takes the one with the
least loss over the last quarter of all steps. The table has, by frame, the share of networks whose choice is the same,
the change of accuracy by dropping early (mean, and of the network that loses most), and the ratio of seconds.
"""

import argparse
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from unittest import mock

import pandas as pd

LIBRARIES = ("OMP", "MKL", "OPENBLAS")


def both(job: tuple[str, str]) -> pd.DataFrame:
    """The networks of a cell, trained both ways: one row each, with seconds of the cell."""
    from rankcollapse.experiments import rooms
    from rankcollapse.training import trainer
    from rankcollapse.training.contest import Leg
    from rankcollapse.training.session import Session

    frame, settings = job
    cell = rooms.cell_type(frame).model_validate(json.loads(settings))
    module = rooms.module(frame.partition(".")[0], cell.COMPUTED_BY)
    tables = []
    for ending, legs in (("", trainer.legs), ("_whole", lambda contests, steps: [Leg(steps - steps // 4, steps, 1)])):
        start = time.monotonic()
        with mock.patch.object(trainer, "legs", legs):
            rows = module.run(cell, device="cpu", session=Session()).to_pandas()
        names = [name for name in ("variant", "seed", "first", "second") if name in rows]
        ends = rows[rows["final_accuracy"].notna()].set_index(names)[["step_size", "final_accuracy"]]
        tables.append(ends.assign(seconds=(time.monotonic() - start) / len(ends)).add_suffix(ending))
    return tables[0].join(tables[1]).assign(frame=frame)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--cores", type=int, default=2)
    arguments = parser.parse_args()
    os.environ.update(
        {f"{name}_NUM_THREADS": "1" for name in LIBRARIES}
    )  # before torch is imported, here or in a child

    from rich.console import Console
    from rich.table import Table

    from rankcollapse.config.scale import check_settings
    from rankcollapse.provenance.records import Manifest

    grids = check_settings(Manifest.read(arguments.results / "manifest.json").settings, str(arguments.results)).grids()
    jobs = [
        (frame, grid.cell.model_validate(grid.fixed | axis).model_dump_json())
        for frame, grid in grids.items()
        if grid.stage == "training" and len(grid.fixed.get("step_sizes", [])) > 1 and grid.fixed.get("search", True)
        for axis in grid.axes
    ]
    with ProcessPoolExecutor(arguments.cores, mp_context=get_context("spawn")) as pool:
        found = pd.concat(pool.map(both, jobs), ignore_index=True)
    table = Table(title="step sizes dropped early, beside all trained to the end")
    for heading in ("frame", "networks", "same choice", "accuracy, mean change", "largest loss", "seconds, ratio"):
        table.add_column(heading)
    for name, rows in [*found.groupby("frame", sort=False), ("all", found)]:
        change = rows["final_accuracy"] - rows["final_accuracy_whole"]
        same = (rows["step_size"] == rows["step_size_whole"]).mean()
        ratio = rows["seconds"].sum() / rows["seconds_whole"].sum()
        table.add_row(
            name, str(len(rows)), f"{same:.2f}", f"{change.mean():+.4f}", f"{change.min():+.3f}", f"{ratio:.2f}"
        )
    Console().print(table)


if __name__ == "__main__":
    main()
