"""Draw Figure 3a: rank in stationarity against width, and the measures side by side."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.width.summary import at_the_end, gammas, stationary
from rankcollapse.figures import STYLE, TEXT_WIDTH, legend_below, plot_estimates

MEASURES = {
    "participation_ratio": r"$r$",
    "numerical_rank": "numerical rank of $H$",
    "matrix_rank": "numerical rank of $M$",
    "above_1e-9": r"$\sigma(M) > 10^{-9}$",
    "mixed": "release",
}


def strength(gamma: str) -> str:
    """A value of γ as a label."""
    return r"$\gamma = \infty$" if gamma == "inf" else rf"$\gamma = {gamma}$"


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Left: `r` for every γ; right: all measures at the largest, numerical ranks at the last layer; √d and d."""
    frame = frames["width.chain"]
    strengths = gammas(frame)
    widths = np.array(sorted(frame["width"].unique()))
    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 3.2), sharey=True)
        for number, gamma in enumerate(strengths):
            plot_estimates(left, stationary(frame, gamma, "participation_ratio"), number, strength(gamma))
        for number, (measure, label) in enumerate(MEASURES.items()):
            if measure == "mixed":
                parts = [at_the_end(frame, strengths[-1], part) for part in ("matrix_rank", "above_1e-9")]
                means = [sum(part[width].estimate for part in parts) / 2 for width in widths]
                right.plot(widths, means, color="black", linestyle="--", linewidth=0.8, label=label)
            else:
                average = stationary if measure == "participation_ratio" else at_the_end
                plot_estimates(right, average(frame, strengths[-1], measure), number, label)
        for axes in (left, right):
            axes.plot(widths, widths**0.5, "k:", label=r"$\sqrt{d}$")
            axes.plot(widths, widths, "k-.", linewidth=0.8, label="$d$")
            axes.set_xscale("log", base=2)
            axes.set_yscale("log", base=2)
            axes.set_xlabel("width $d$")
            legend_below(axes)
        left.set(ylabel="rank", title="participation ratio")
        right.set_title(f"measures at {strength(strengths[-1])}")
    return figure
