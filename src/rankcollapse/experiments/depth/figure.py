"""Draw Figure 1: rank at initialization and training accuracy against depth."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.depth.summary import by_depth, published_rank
from rankcollapse.figures import STYLE, TEXT_WIDTH, plot_intervals


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Two panels: numerical rank (left) and final training accuracy (right), mean and 95% interval."""
    rank, training = frames["depth.rank"], frames["depth.training"]
    final = training[training["phase"] == "final"]
    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 2.3))
        for variant in ("bn", "vanilla"):
            plot_intervals(left, by_depth(rank, variant, "numerical_rank"), variant)
            plot_intervals(right, by_depth(final, variant, "final_accuracy"), variant)
        if read_off := published_rank(rank):
            left.plot(read_off.keys(), read_off.values(), "x", color="black", label="original, read off", zorder=3)
        left.axhline(rank["width"].iloc[0] ** 0.5, color="black", linestyle=":", label=r"$\sqrt{d}$")
        left.set(ylabel="numerical rank", title="at initialization", ylim=(0, None))
        right.axhline(0.1, color="black", linestyle=":", label="chance")
        right.set(ylabel="training accuracy", title="after training", ylim=(0, 1))
        for axes in (left, right):
            axes.set_xlabel("hidden-to-hidden layers $h$")
        left.legend(frameon=False, loc="center right")
        right.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.35, 0.12))
    return figure
