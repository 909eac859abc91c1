"""Draw the bounds: the drift identity, the bound of Theorem 2 with its constant, and the lemma on soft rank."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.bounds.claims import by_width
from rankcollapse.experiments.width.summary import gammas, stationary
from rankcollapse.figures import STYLE, TEXT_WIDTH, legend_below, plot_estimates


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Three panels: measured drift on the identity; r and its bound against width; soft rank and its bound."""
    drift, table, chains = frames["bounds.drift"], frames["bounds.theorem"], frames["width.chain"]
    smallest = gammas(table)[0]
    widths = np.array(sorted(table["width"].unique()))
    with plt.rc_context(STYLE):
        figure, (left, middle, right) = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.8))
        for number, (width, states) in enumerate(drift.groupby("width")):
            scale = 2 * width**2
            errors = 1.96 * states["standard_error"] / scale
            left.errorbar(
                states["identity"] / scale,
                states["measured"] / scale,
                errors,
                fmt="os^vD"[number % 5],
                color=f"C{number}",
                label=f"$d = {width}$",
            )
        ends = [drift["identity"].div(2 * drift["width"] ** 2).min(), 1]
        left.plot(ends, ends, color="black", linewidth=0.7)
        left.set(xlabel="identity$/2d^2$", ylabel="measured$/2d^2$", title="drift")
        for number, (name, label) in enumerate((("ratio", "$r$"), ("bound", r"$2\sqrt{\alpha}\sqrt{d}$"))):
            plot_estimates(middle, by_width(table, name, smallest), number, label)
        middle.plot(widths, widths**0.5, "k:", label=r"$\sqrt{d}$")
        middle.set(xlabel="width $d$", title=rf"Theorem 2, $\gamma = {smallest}$")
        ratio = stationary(chains, smallest, "participation_ratio")
        for number, tau in enumerate(sorted(chains["tau"].dropna().unique())):
            plot_estimates(right, stationary(chains, smallest, "soft_rank", tau), number, rf"$\tau = {tau:g}$")
            lower = [(1 - tau) ** 2 * point.estimate for point in ratio.values()]
            right.plot(list(ratio), lower, ":", color=f"C{number}")
        right.set(xlabel="width $d$", title=r"soft rank, $(1-\tau)^2 r$ dotted")
        for axes in (middle, right):
            axes.set_xscale("log", base=2)
            axes.set_yscale("log", base=2)
        for axes in (left, middle, right):
            legend_below(axes)
    return figure
