"""Draw Figure 3a: rank in stationarity against width, and the measures side by side."""

import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.stationary_rank.summary import gammas, in_stationarity, last_layers
from rankcollapse.report.style import Look, curves, logarithmic, looks, panels

MEASURES = {
    "participation_ratio": "$r$",
    "numerical_rank": "numerical rank of $H$",
    "matrix_rank": "numerical rank of $M$",
    "above_1e-9": r"$\sigma(M) > 10^{-9}$",
}
RELEASE = {"release": Look("release", "black", "x")}


def strength(gamma: str) -> str:
    """A value of γ as a label."""
    return r"$\gamma = \infty$" if gamma == "inf" else rf"$\gamma = {gamma}$"


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Left: `r` for every γ; right: all measures at the largest, numerical ranks at the last layer; √d and d."""
    frame = frames["stationary_rank.chain"]
    strengths, widths = gammas(frame), sorted(frame["width"].unique())
    means = in_stationarity(frame[frame["measure"] == "participation_ratio"])
    ends = last_layers(frame[frame["gamma"] == strengths[-1]])
    ranks = pd.concat([means[means["gamma"] == strengths[-1]], ends[ends["measure"] != "participation_ratio"]])
    both = ends[ends["measure"].isin(["matrix_rank", "above_1e-9"])]
    release = both.groupby(["width", "chain"])["value"].mean().reset_index().assign(measure="release")
    with panels(1, 2, height=3.2, sharey=True) as (figure, (left, right)):
        kinds = {gamma: look._replace(label=strength(gamma)) for gamma, look in looks(strengths).items()}
        measures = {name: look._replace(label=MEASURES[name]) for name, look in looks(list(MEASURES)).items()}
        curves(means, left, x="width", y="value", hue="gamma", looks=kinds)
        curves(ranks, right, x="width", y="value", hue="measure", looks=measures)
        curves(release, right, x="width", y="value", hue="measure", looks=RELEASE, linestyle="--", linewidth=0.8)
        for axes in (left, right):
            axes.plot(widths, [width**0.5 for width in widths], "k:", label=r"$\sqrt{d}$")
            axes.plot(widths, widths, "k-.", linewidth=0.8, label="$d$")
            logarithmic(axes, "x", "y", base=2)
            axes.set_xlabel("width $d$")
            axes.legend(ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.22), fontsize=7)
        left.set(ylabel="rank", title="participation ratio")
        right.set_title(f"measures at {strength(strengths[-1])}")
    return figure
