"""What a training costs: time and memory against width, depth, networks at once and batch, beside what theory says.

    python benchmarks/cost.py [FIGURE.png]

One quantity is varied at a time, from a ReLU MLP with BN of width 128, 16 hidden-to-hidden layers, 8 networks, batch
128, on one thread. The exponent is the slope of the logarithm of the cost, with its standard error. Theory counts, for
time, the operations of all products, and for memory the weights and two states a layer, of the same cases: its exponent
is the slope of that count, so that both have the same share of what does not grow. Memory is the peak of a process
less that of one which trains a tiny network.
"""

import argparse
import statistics
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import seaborn as sns
import torch
from report import peak_memory, show
from scipy.stats import linregress
from training import ours, seconds, training_images

BASE = {"width": 128, "depth": 16, "members": 8, "batch": 128}
VARIED = {
    "width": [64, 128, 256, 512],
    "depth": [8, 16, 32, 64],
    "members": [2, 4, 8, 16],
    "batch": [16, 32, 64, 128],
}
INPUTS = 784
TRAINING = """
import torch
from training import ours, training_images
torch.set_num_threads(1)
members, batch, width, depth = map(int, sys.argv[1:])
ours(training_images("cpu"), members, batch, True, width=width, depth=depth)()
"""


def operations(width: int, depth: int, members: int, batch: int) -> float:
    """Operations of all products of a step, three for each weight and sample (but for the images' gradient)."""
    return 2 * members * batch * (2 * INPUTS * width + 3 * depth * width**2 + 30 * width)


def numbers(width: int, depth: int, members: int, batch: int) -> float:
    """Single-precision numbers that a step holds: weights and, of every layer, centred and final state; images."""
    return members * (INPUTS * width + depth * width**2 + 2 * (depth + 1) * width * batch + INPUTS * batch)


def costs() -> pd.DataFrame:
    """Time and memory of every case, and what theory counts for it."""
    torch.set_num_threads(1)
    data, empty = training_images("cpu"), peak_memory(TRAINING, 1, 16, 8, 1)
    rows = []
    for varied, values in VARIED.items():
        for value in values:
            case = BASE | {varied: value}
            sizes = {"width": case["width"], "depth": case["depth"]}
            run = ours(data, case["members"], case["batch"], True, **sizes)
            run()
            taken = statistics.median(seconds(run) for _ in range(3))
            held = peak_memory(TRAINING, case["members"], case["batch"], *sizes.values()) - empty
            for cost, measured, counted in (("time", taken, operations(**case)), ("memory", held, numbers(**case))):
                rows.append({"varied": varied, "value": value, "cost": cost, "measured": measured, "theory": counted})
    return pd.DataFrame(rows)


def exponents(found: pd.DataFrame) -> Iterator[tuple[str, float]]:
    """Exponents by name: measured, its standard error, and that of theory."""
    for (cost, varied), cases in found.groupby(["cost", "varied"], sort=False):
        logs = np.log(cases[["value", "measured", "theory"]])
        fit = linregress(logs["value"], logs["measured"])
        yield f"exponent of {cost} in {varied}", fit.slope
        yield f"exponent of {cost} in {varied}, standard error", fit.stderr
        yield f"exponent of {cost} in {varied}, theory", linregress(logs["value"], logs["theory"]).slope


def draw(found: pd.DataFrame, figure: Path) -> None:
    """Measured costs as points, theory as a line through their middle."""
    scaled = found.copy()
    groups = scaled.groupby(["cost", "varied"], sort=False)
    for name in ("measured", "theory"):
        scaled[name] /= groups[name].transform(lambda values: np.exp(np.log(values).mean()))
    grid = sns.FacetGrid(scaled, row="cost", col="varied", sharex="col", height=2.2, margin_titles=True)
    grid.map(sns.lineplot, "value", "theory", color="0.5", label="theory")
    grid.map(sns.scatterplot, "value", "measured", label="measured")
    grid.set(xscale="log", yscale="log", yticks=[0.25, 0.5, 1, 2, 4], yticklabels=["1/4", "1/2", "1", "2", "4"])
    for (_, varied), axes in grid.axes_dict.items():
        axes.set_xticks(VARIED[varied], VARIED[varied])
        axes.minorticks_off()
    grid.set_axis_labels("", "cost, scaled").set_titles(col_template="{col_name}", row_template="{row_name}")
    grid.add_legend()
    grid.savefig(figure, dpi=150)


def main() -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figure", type=Path, nargs="?", help="where to draw it")
    arguments = parser.parse_args()
    found = costs()
    show(dict(exponents(found)), "cost of a training")
    if arguments.figure:
        draw(found, arguments.figure)


if __name__ == "__main__":
    main()
