"""Draw Figure 6: training loss and rank over epochs of networks whose initial rank was broken or mended."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.breaking.summary import VARIANTS, course, networks
from rankcollapse.figures import COLOURS, LABELS, MARKERS, STYLE, TEXT_WIDTH, plot_intervals

ROUNDING = 1e-7  # r - 1 of a state of rank one in single precision


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Training loss (left) and r (middle) over epochs; mean loss of each network against its initial r - 1 (right)."""
    frame = frames["breaking.training"]
    with plt.rc_context(STYLE):
        figure, (left, middle, right) = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.6))
        table = networks(frame)
        for variant in VARIANTS:
            plot_intervals(left, course(frame, variant, "loss"), variant)
            plot_intervals(middle, course(frame, variant, "participation_ratio"), variant)
            points = table[table["variant"] == variant]
            style = {"color": COLOURS[variant], "marker": MARKERS[variant], "label": LABELS[variant]}
            right.plot((points["ratio"] - 1).clip(lower=ROUNDING), points["mean_loss"], linestyle="", **style)
        left.set(xlabel="epochs", ylabel="training loss", ylim=(0, None))
        middle.set(xlabel="epochs", ylabel="participation ratio $r$", ylim=(0, None))
        right.set(xlabel="$r - 1$ before training", ylabel="mean training loss", xscale="log", ylim=(0, None))
        handles, labels = right.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    return figure
