"""Draw directional vanishing: cosines between per-sample gradients against depth and rank."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.directions.summary import by_depth
from rankcollapse.figures import COLOURS, LABELS, MARKERS, STYLE, TEXT_WIDTH, plot_intervals


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Cosine within an output unit against depth (left) and r (middle); in the whole matrix against depth (right)."""
    frame = frames["directions.gradients"]
    with plt.rc_context(STYLE):
        figure, (left, middle, right) = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.4), sharey=True)
        for variant in ("bn", "vanilla"):
            plot_intervals(left, by_depth(frame, variant, "unit_cosine"), variant)
            plot_intervals(right, by_depth(frame, variant, "matrix_cosine"), variant)
            runs = frame[frame["variant"] == variant]
            style = {"color": COLOURS[variant], "marker": MARKERS[variant], "label": LABELS[variant]}
            middle.plot(runs["participation_ratio"], runs["unit_cosine"], linestyle="", markersize=2, **style)
        left.set(xlabel="hidden-to-hidden layers $h$", ylabel="mean absolute cosine", title="one output unit")
        middle.set(xlabel="participation ratio $r$", title="one output unit")
        right.set(xlabel="hidden-to-hidden layers $h$", title="whole weight matrix", ylim=(0, 1.05))
        left.legend(frameon=False)
    return figure
