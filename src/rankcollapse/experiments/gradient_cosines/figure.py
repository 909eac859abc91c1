"""Draw directional vanishing: cosines between per-sample gradients against depth and rank."""

import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.report.style import curves, panels, points
from rankcollapse.statistics.intervals import SHARE


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Cosine within an output unit against depth (left) and r (middle); in the whole matrix against depth (right)."""
    frame = frames["gradient_cosines.gradients"]
    with panels(1, 3, height=2.4, sharey=True) as (figure, (left, middle, right)):
        curves(frame, left, x="depth", y="unit_cosine", hue="variant", bounds=SHARE)
        points(frame, middle, x="participation_ratio", y="unit_cosine", hue="variant", s=10)
        curves(frame, right, x="depth", y="matrix_cosine", hue="variant", bounds=SHARE)
        label = "hidden-to-hidden layers $h$"
        left.set(xlabel=label, ylabel="mean absolute cosine", title="one output unit")
        middle.set(xlabel="participation ratio $r$", title="one output unit")
        right.set(xlabel=label, title="whole weight matrix", ylim=(0, 1.05))
        left.legend()
    return figure
