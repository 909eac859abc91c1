"""Draw the figure of rank and scale, set apart."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rankcollapse.experiments.rank_or_scale.summary import FACTORIAL, Limit, bounds, final, limits, shown_depths
from rankcollapse.report.style import Look, curves, logarithmic, panels, points

KINDS = {
    "default": Look("default", "#c8501e", "s"),
    "without_biases": Look("default, no biases", "#d9a400", "v"),
    "glorot": Look("Glorot", "#8c6d46", "P"),
    "he": Look("He", "#2a9d4a", "^"),
    "he_with_biases": Look("He, biases", "#7fc97f", "<"),
    "orthogonal": Look("orthogonal", "#17becf", ">"),
    "layer_norm": Look("layer norm", "#d45087", "X"),
    "residual": Look("residual", "#6b3fa0", "D"),
    "bn": Look("BN", "#0b5fa5", "o"),
}
WAYS = {"drawn": "as\ndrawn", "last": "last\nstate", "layerwise": "layer-\nwise"}
SCALES = {"drawn": Look("scale as drawn", "#999999", "s"), "held": Look("scale held", "#0b5fa5", "o")}
TITLES = {
    "numerical_rank": "numerical rank",
    "participation_ratio": "$r$",
    "centred_participation_ratio": "centred $r$",
    "mean_square_root": r"$\log_{10}$ scale of the state",
    "gradient_norm": r"$\log_{10}$ gradient norm",
}


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Five measures before training against depth; accuracies after it, and the depths to which networks learn."""
    states, training = frames["rank_or_scale.states"], final(frames["rank_or_scale.training"])
    for measure in ("mean_square_root", "gradient_norm"):
        logarithms = np.log10(states[measure].where(states[measure] > 0))  # single precision underflows to zero
        states = states.assign(**{measure: logarithms})
    underflows = states["numerical_rank"].isna().groupby([states["network"], states["depth"]]).transform("any")
    ranks = ["numerical_rank", "participation_ratio", "centred_participation_ratio"]
    states = states.assign(**states[ranks].where(~underflows))  # where some networks have underflowed, none is left out
    with panels(3, 3, height=6.6) as (figure, axes):
        for (measure, title), panel in zip(TITLES.items(), axes.flat, strict=False):
            shown = {"x": "depth", "y": measure, "hue": "network", "looks": KINDS, "bounds": bounds(states, measure)}
            curves(states, panel, **shown, band=True)
            panel.set(xlabel="layers $h$", ylabel=title)
        rank = axes[0, 0]
        for network in ("default", "he"):
            predicted = states[states["network"] == network].groupby("depth")["predicted_rank"].mean()
            rank.plot(predicted.index, predicted, ":", color="black", zorder=3)
        axes[1, 0].set_ylim(-12, 1)
        axes[1, 1].set_ylim(-12, 12)
        _drawn(training, axes[1, 2])
        for depth, panel in zip(shown_depths(training), axes[2], strict=False):
            _factorial(training[training["depth"] == depth], panel)
            panel.set(xlabel=f"rank, $h = {depth}$", ylabel="training accuracy", ylim=(0, 1))
        _limits(limits(training), axes[2, 2])
        handles, labels = rank.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=5)
    return figure


def _drawn(training: pd.DataFrame, axes: Axes) -> None:
    """Accuracy of every network as drawn, and the means, against depth."""
    drawn = training[(training["rank"] == "drawn") & (training["scale"] == "drawn")]
    shown = {"x": "depth", "y": "final_accuracy", "hue": "network", "looks": KINDS}
    points(drawn, axes, **shown)
    curves(drawn.groupby(["network", "depth"], as_index=False)["final_accuracy"].mean(), axes, **shown)
    logarithmic(axes, "x", base=2)
    depths = sorted(set(drawn["depth"]))
    axes.set_xticks(depths, [str(depth) for depth in depths])
    axes.set(xlabel="layers $h$", ylabel="training accuracy", ylim=(0, 1))


def _factorial(training: pd.DataFrame, axes: Axes) -> None:
    """Accuracy of every network of one depth, by rank and scale."""
    shown = training[training["network"] == FACTORIAL]
    labels = {scale: look.label for scale, look in SCALES.items()}
    shown = shown.assign(rank=shown["rank"].map(WAYS), scale=shown["scale"].map(labels))
    palette = {look.label: look.colour for look in SCALES.values()}
    sns.swarmplot(
        shown, x="rank", y="final_accuracy", hue="scale", order=[*WAYS.values()], hue_order=[*palette],
        palette=palette, dodge=True, size=1.8, ax=axes,
    )  # fmt: skip
    place = {
        "loc": "lower center",
        "bbox_to_anchor": (0.5, 1),
        "ncols": 2,
    }  # above the panel: dots may lie anywhere in it
    axes.legend(**place, fontsize="x-small", handletextpad=0.1, borderaxespad=0, columnspacing=0.5)


def _limits(found: dict[str, Limit], axes: Axes) -> None:
    """The greatest depth at which each kind learns, the next at which it fails, and the limit of its law."""
    names = [name for name in KINDS if name in found]
    for place, name in enumerate(names):
        for depth, marker in zip(found[name], "ox|", strict=True):
            if depth is not None:
                colour = "black" if marker == "|" else KINDS[name].colour
                axes.plot([depth], [place], marker, color=colour)
    axes.set_yticks(range(len(names)), [KINDS[name].label for name in names], fontsize="x-small")
    logarithmic(axes, "x", base=2)
    axes.set_xticks([4, 8, 16, 32, 64, 128], ["4", "8", "16", "32", "64", "128"])
    axes.set(xlabel="layers $h$", title="depth limits")
