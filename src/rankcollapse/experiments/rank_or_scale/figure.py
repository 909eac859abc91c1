"""Draw the figure of rank and scale, set apart."""

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from rankcollapse.experiments.rank_or_scale.summary import FACTORIAL, RANKS, bounds, final
from rankcollapse.report.style import TEXT_WIDTH, Look, curves, logarithmic, panels

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
WAYS = {"drawn": "as drawn", "last": "raised (last)", "layerwise": "raised (layers)"}
SCALES = {"drawn": Look("scale as drawn", "#999999", "s"), "held": Look("scale held", "#0b5fa5", "o")}
TITLES = {
    "numerical_rank": "numerical rank",
    "participation_ratio": "$r$",
    "centred_participation_ratio": "centred $r$",
    "mean_square_root": "scale of the state",
}


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Six panels: four measures before training against depth, and accuracies after it."""
    states, training = frames["rank_or_scale.states"], final(frames["rank_or_scale.training"])
    with panels(2, 3, height=4.6, width=TEXT_WIDTH) as (figure, axes):
        for (measure, title), panel in zip(TITLES.items(), axes.flat, strict=False):
            shown = {"x": "depth", "y": measure, "hue": "network", "looks": KINDS, "bounds": bounds(states, measure)}
            curves(states, panel, **shown, band=True)
            panel.set(xlabel="hidden-to-hidden layers $h$", ylabel=title)
        rank, scale = axes[0, 0], axes[1, 0]
        for network in ("default", "he"):
            predicted = states[states["network"] == network].groupby("depth")["predicted_rank"].mean()
            rank.plot(predicted.index, predicted, ":", color="black", zorder=3)
        logarithmic(scale, "y")
        scale.set_ylim(1e-12, 10)
        _factorial(training, axes[1, 1])
        drawn = training[(training["rank"] == "drawn") & (training["scale"] == "drawn")]
        accuracy = {"x": "depth", "y": "final_accuracy", "hue": "network", "bounds": bounds(training, "final_accuracy")}
        curves(drawn, axes[1, 2], **accuracy, looks=KINDS)
        logarithmic(axes[1, 2], "x", base=2)
        depths = sorted(set(drawn["depth"]))
        axes[1, 2].set_xticks(depths, [str(depth) for depth in depths])
        axes[1, 2].set(xlabel="hidden-to-hidden layers $h$", ylabel="training accuracy", ylim=(0, 1))
        handles, labels = rank.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=5)
    return figure


def _factorial(training: pd.DataFrame, axes: object) -> None:
    """Accuracy by rank and scale, at the greatest depth at which both were varied."""
    both = training[(training["network"] == FACTORIAL) & training["rank"].isin(RANKS)]
    deepest = both.loc[both["rank"] != "drawn", "depth"].max()
    shown = both[both["depth"] == deepest]
    shown = shown.assign(
        rank=shown["rank"].map(WAYS), scale=shown["scale"].map({k: v.label for k, v in SCALES.items()})
    )
    palette = {look.label: look.colour for look in SCALES.values()}
    order = [name for name in WAYS.values() if name in set(shown["rank"])]
    sns.stripplot(
        shown, x="rank", y="final_accuracy", hue="scale", order=order, palette=palette, dodge=True, size=3, ax=axes
    )
    axes.set(xlabel=f"rank, $h = {deepest}$", ylabel="training accuracy", ylim=(0, 1))
    axes.tick_params(axis="x", labelsize=6)
    axes.legend(loc="upper left", title=None)
