"""Draw the deviations: the distance of every quantity from its threshold, our way and the release's way."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from rankcollapse.experiments.deviations.summary import Deviation, deviations
from rankcollapse.figures import COLOURS, STYLE, TEXT_WIDTH

ROW = 0.17  # inches
SHOWN = {"ours": (COLOURS["bn"], "o", -0.15), "as in the release": (COLOURS["vanilla"], "s", 0.15)}


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Accuracies (top), all other quantities (bottom); right of zero a quantity is on the claim's side."""
    found = deviations(frames)
    accuracies = [deviation for deviation in found if "accuracy" in deviation.quantity]
    others = [deviation for deviation in found if "accuracy" not in deviation.quantity]
    with plt.rc_context(STYLE):
        size = (TEXT_WIDTH, ROW * len(found) + 1.3)
        heights = [len(accuracies), max(1, len(others))]
        figure, (top, bottom) = plt.subplots(2, 1, figsize=size, height_ratios=heights)
        _rows(top, accuracies)
        _rows(bottom, others)
        bottom.set_xscale("symlog", linthresh=1)
        bottom.margins(x=0.1)
        bottom.xaxis.set_major_formatter(ScalarFormatter())
        bottom.set_xlabel("distance from the claim's threshold")
        top.set_title("accuracies")
        bottom.set_title("ranks, exponents, losses")
        handles, labels = top.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    return figure


def _rows(axes: Axes, rows: list[Deviation]) -> None:
    """One line a deviation: both measurements with their 95% intervals."""
    for name, (colour, marker, shift) in SHOWN.items():
        for place, deviation in enumerate(rows):
            side = deviation.ours if name == "ours" else deviation.theirs
            sign = 1 if deviation.relation == ">=" else -1
            ends = [[side.estimate - side.low], [side.high - side.estimate]]
            axes.errorbar(
                sign * (side.estimate - deviation.threshold),
                place + shift,
                xerr=ends if sign == 1 else ends[::-1],
                color=colour,
                marker=marker,
                capsize=1.5,
                label=name if place == 0 else None,
            )
    axes.axvline(0, color="black", linestyle=":")
    names = [f"{row.row}  {row.quantity}".replace("γ", r"$\gamma$") for row in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=7)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
