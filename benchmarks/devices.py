"""What another device changes: the cells of a run that was computed on it, against the reference results of its scale.

    python benchmarks/devices.py results/SCALE [results/reference/SCALE]

All networks that both have trained are compared, also those of frames of which the run has some cells only: how many
took the same step size, and how the accuracy at the end differs, in the mean over networks with its 95% interval, and
at most.
"""

import argparse
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from rankcollapse.statistics.intervals import mean_interval

MEASURED = {
    "step", "loss", "accuracy", "participation_ratio", "centred_participation_ratio", "numerical_rank", "soft_rank",
    "stable_rank", "mean_square_root", "gradient_norm", "diverged", "final_loss", "final_accuracy", "sampled_accuracy",
    "population_accuracy",
}  # fmt: skip


def last(rows: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The networks at the end of their training, one row each, and the column of their accuracy."""
    accuracy = "final_accuracy" if "final_accuracy" in rows else "accuracy"
    rows = rows[rows["phase"] == "final"] if "phase" in rows else rows
    network = [name for name in rows.columns if name not in MEASURED]
    ends = rows.groupby(network, dropna=False)["step"].transform("max")
    return rows[rows["step"] == ends].dropna(subset=accuracy), accuracy


def of_training(here: pd.DataFrame, there: pd.DataFrame) -> list[str]:
    """Networks, same choice of a step size, differences in accuracy."""
    (here, accuracy), (there, _) = last(here), last(there)
    keys = [name for name in here.columns if name not in MEASURED | {"step_size"}]
    fixed = here.duplicated(keys).any() or "phase" not in here  # trained to the end with each step size
    if fixed:
        keys.append("step_size")
    both = here.merge(there, on=keys, suffixes=("", "_there"), validate="one_to_one")
    same = "-" if fixed else f"{(both['step_size'] == both['step_size_there']).mean():.2f}"
    found = both[accuracy] - both[f"{accuracy}_there"]
    mean = mean_interval(found.tolist())
    told = f"{mean.estimate:+.4f} [{mean.low:+.4f}, {mean.high:+.4f}]"
    return [str(len(both)), same, told, f"{found.abs().max():.3f}"]


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("reference", type=Path, nargs="?")
    arguments = parser.parse_args()
    reference = arguments.reference or Path("results/reference", arguments.results.name)
    table = Table(title=f"{arguments.results} against {reference}")
    for head in ("frame", "cells", "networks", "same choice", "accuracy, difference in the mean", "largest"):
        table.add_column(head)
    found = {path.parent for path in arguments.results.glob("cells/*/*.parquet")}
    folders = [folder for folder in sorted(found) if (reference / f"frames/{folder.name}.parquet").is_file()]
    if not folders:
        raise SystemExit(f"{arguments.results}/cells has no cells of a frame that {reference}/frames has")
    for folder in folders:
        cells = sorted(folder.glob("*.parquet"))
        here = pd.concat(map(pd.read_parquet, cells))
        there = pd.read_parquet(reference / f"frames/{folder.name}.parquet")
        if "step" in here:
            table.add_row(folder.name, str(len(cells)), *of_training(here, there))
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
