"""Draw the bounds: the drift identity, the bound of Theorem 2 with its constant, and the lemma on soft rank.

The first two panels are plain matplotlib: their points come with their intervals, for which seaborn has no form.
"""

from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from rankcollapse.experiments.bounds.summary import by_width
from rankcollapse.experiments.stationary_rank.summary import gammas, in_stationarity
from rankcollapse.report.style import Look, curves, legend_below, logarithmic, looks, panels


def _errorbars(axes: Axes, x: Any, y: Any, margin: Any, look: Look, linestyle: str = "-") -> None:
    """Points with their intervals, in a look."""
    style = {"color": look.colour, "marker": look.marker, "label": look.label, "linestyle": linestyle}
    axes.errorbar(x, y, margin, capsize=2, **style)


def _draw_drift(axes: Axes, drift: pd.DataFrame) -> None:
    """Measured drift on the identity, both over their leading term."""
    scale = 2 * drift["width"] ** 2
    table = drift.assign(
        label=[f"$d = {width}$" for width in drift["width"]],
        identity=drift["identity"] / scale,
        measured=drift["measured"] / scale,
        margin=stats.norm.ppf(0.975) * drift["standard_error"] / scale,
    )
    for label, look in looks(table["label"].unique()).items():
        states = table[table["label"] == label]
        _errorbars(axes, states["identity"], states["measured"], states["margin"], look, "")
    ends = [table["identity"].min(), 1]
    axes.plot(ends, ends, color="black", linewidth=0.7)
    axes.set(xlabel="identity$/2d^2$", ylabel="measured$/2d^2$", title="drift")
    axes.legend(loc="upper left", handletextpad=0)


def _draw_theorem(axes: Axes, table: pd.DataFrame, gamma: str) -> None:
    """`r` and its bound against width."""
    names = {"ratio": "$r$", "bound": r"$2\sqrt{\alpha}\sqrt{d}$"}
    for name, look in looks(tuple(names)).items():
        points = pd.DataFrame(by_width(table, name, gamma), index=["estimate", "low", "high", "n"]).T
        margin = [points["estimate"] - points["low"], points["high"] - points["estimate"]]
        _errorbars(axes, points.index, points["estimate"], margin, look._replace(label=names[name]))
    axes.plot(points.index, points.index**0.5, "k:", label=r"$\sqrt{d}$")
    axes.set(xlabel="width $d$", title=rf"Theorem 2, $\gamma = {gamma}$")
    axes.legend(loc="lower right")


def _draw_soft_rank(axes: Axes, chains: pd.DataFrame, gamma: str) -> None:
    """Soft rank for every τ, and what the lemma says it is at least."""
    means = in_stationarity(chains)
    means = means[means["gamma"] == gamma]
    ratio = means[means["measure"] == "participation_ratio"]
    soft = means[means["measure"] == "soft_rank"].sort_values("tau")
    soft = soft.assign(label=[rf"$\tau = {tau:g}$" for tau in soft["tau"]])
    styles = looks(soft["label"].unique())
    curves(soft, axes, x="width", y="value", hue="label", looks=styles)
    for tau, look in zip(soft["tau"].unique(), styles.values(), strict=True):
        lower = ratio.assign(value=(1 - tau) ** 2 * ratio["value"])
        dotted = {"color": look.colour, "linestyle": ":", "legend": False, "ax": axes}
        sns.lineplot(lower, x="width", y="value", errorbar=None, **dotted)
    axes.set(xlabel="width $d$", ylabel="", title=r"soft rank, $(1-\tau)^2 r$ dotted")


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Three panels: measured drift on the identity; r and its bound against width; soft rank and its bound."""
    smallest = gammas(frames["bounds.theorem"])[0]
    with panels(1, 3, height=2.6) as (figure, (left, middle, right)):
        _draw_drift(left, frames["bounds.drift"])
        _draw_theorem(middle, frames["bounds.theorem"], smallest)
        _draw_soft_rank(right, frames["stationary_rank.chain"], smallest)
        for axes in (middle, right):
            logarithmic(axes, "x", "y", base=2)
        legend_below(figure, right, columns=4)
    return figure
