"""Draw the deviations: the distance of every quantity from its threshold, our way and the release's way.

Plain matplotlib: seaborn makes intervals from runs, and these are given: of exponents, of published values.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from rankcollapse.experiments.deviations.summary import Deviation, deviations
from rankcollapse.report.style import VARIANTS, legend_below, panels

ROW = 0.17  # inches
WAYS = {"ours": ("ours", VARIANTS["bn"], -0.15), "theirs": ("as in the release", VARIANTS["vanilla"], 0.15)}


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Accuracies (top), all other quantities (bottom); right of zero a quantity is on the claim's side."""
    found = deviations(frames)
    accuracies = [deviation for deviation in found if "accuracy" in deviation.quantity]
    others = [deviation for deviation in found if "accuracy" not in deviation.quantity]
    heights = [len(accuracies), max(1, len(others))]
    with panels(2, 1, height=ROW * len(found) + 1.3, height_ratios=heights) as (figure, (top, bottom)):
        _rows(top, accuracies)
        _rows(bottom, others)
        bottom.set_xscale("symlog", linthresh=1)
        bottom.margins(x=0.1)
        bottom.xaxis.set_major_formatter(ScalarFormatter())
        bottom.set_xlabel("distance from the claim's threshold")
        top.set_title("accuracies")
        bottom.set_title("ranks, exponents, losses")
        legend_below(figure, top, columns=2)
    return figure


def _rows(axes: Axes, rows: list[Deviation]) -> None:
    """One line a deviation: both measurements with their 95% intervals."""
    for way, (label, look, shift) in WAYS.items():
        for place, deviation in enumerate(rows):
            side, sign = getattr(deviation, way), 1 if deviation.relation == ">=" else -1
            ends = [[side.estimate - side.low], [side.high - side.estimate]]
            axes.errorbar(
                sign * (side.estimate - deviation.threshold),
                place + shift,
                xerr=ends[::sign],
                color=look.colour,
                marker=look.marker,
                capsize=1.5,
                label=label if place == 0 else None,
            )
    axes.axvline(0, color="black", linestyle=":")
    names = [f"{row.row}  {row.text}".replace("γ", r"$\gamma$") for row in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=7)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
