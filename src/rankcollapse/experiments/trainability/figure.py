"""Draw Figure 1: rank at initialization and training accuracy against depth."""

import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.trainability.summary import bounds_of, published_accuracy, published_rank, trained
from rankcollapse.report.style import curves, panels
from rankcollapse.statistics.intervals import SHARE


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Two panels: numerical rank (left) and final training accuracy (right), mean and 95% interval."""
    rank, training = frames["trainability.rank"], trained(frames["trainability.training"])
    with panels(1, 2, height=2.3) as (figure, (left, right)):
        curves(rank, left, x="depth", y="numerical_rank", hue="variant", bounds=bounds_of(rank, "numerical_rank"))
        curves(training, right, x="depth", y="final_accuracy", hue="variant", bounds=SHARE)
        if read_off := published_rank(rank):
            left.plot(read_off.keys(), read_off.values(), "x", color="black", label="original, read off", zorder=3)
        for variant, marker in (("vanilla", "x"), ("bn", "+")):
            if read_off := published_accuracy(training, variant):
                label = f"{'BN' if variant == 'bn' else variant}, original, read off"
                right.plot(read_off.keys(), read_off.values(), marker, color="black", label=label, zorder=3)
        left.axhline(rank["width"].iloc[0] ** 0.5, color="black", linestyle=":", label=r"$\sqrt{d}$")
        right.axhline(0.1, color="black", linestyle=":", label="chance")
        label = "hidden-to-hidden layers $h$"
        left.set(xlabel=label, ylabel="numerical rank", title="at initialization", ylim=(0, None))
        right.set(xlabel=label, ylabel="training accuracy", title="after training", ylim=(0, 1))
        left.legend(loc="center right")
        right.legend(loc="lower left", bbox_to_anchor=(0.35, 0.12))
    return figure
