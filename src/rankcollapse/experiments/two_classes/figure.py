"""Draw the final training accuracy on two classes against depth."""

import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.trainability.summary import trained
from rankcollapse.report.style import TEXT_WIDTH, curves, panels, points
from rankcollapse.statistics.intervals import SHARE


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Means with 95% intervals, and every pair as a dot."""
    final = trained(frames["two_classes.training"])
    shown = {"x": "depth", "y": "final_accuracy", "hue": "variant"}
    with panels(height=2.3, width=TEXT_WIDTH * 0.6) as (figure, axes):
        points(final, axes, **shown, alpha=0.4, s=10, legend=False)
        curves(final, axes, **shown, bounds=SHARE)
        axes.axhline(0.5, color="black", linestyle=":", zorder=0, label="chance")
        axes.set(xlabel="hidden-to-hidden layers $h$", ylabel="training accuracy", ylim=(0.4, 1.02))
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure
