"""Draw the final training accuracy on two classes against depth."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.pairs.summary import by_depth
from rankcollapse.figures import COLOURS, STYLE, TEXT_WIDTH, plot_intervals


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Means with 95% intervals, and every pair as a dot."""
    frame = frames["pairs.training"]
    final = frame[frame["phase"] == "final"]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(TEXT_WIDTH * 0.6, 2.3))
        for variant in ("bn", "vanilla"):
            runs = final[final["variant"] == variant]
            axes.plot(runs["depth"], runs["final_accuracy"], "o", color=COLOURS[variant], alpha=0.25, markersize=2)
            plot_intervals(axes, by_depth(frame, variant), variant)
        axes.axhline(0.5, color="black", linestyle=":", label="chance")
        axes.set(xlabel="hidden-to-hidden layers $h$", ylabel="training accuracy", ylim=(0.4, 1.02))
        axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure
