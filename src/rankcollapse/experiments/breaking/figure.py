"""Draw Figure 6: training loss and rank over epochs of networks whose initial rank was broken or mended."""

import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.breaking.summary import networks
from rankcollapse.experiments.components.summary import excess
from rankcollapse.experiments.trainability.summary import bounds_of
from rankcollapse.report.style import curves, legend_below, logarithmic, panels, points


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Training loss (left) and r (middle) over epochs; mean loss of each network against its initial r - 1 (right).

    What diverged has no loss and no r, and is left out there.
    """
    frame = frames["breaking.training"]
    course = frame.assign(epochs=frame["step"] / frame["steps_an_epoch"])
    table = networks(frame).assign(excess=lambda rows: excess(rows["ratio"]))
    ranks = bounds_of(frame, "participation_ratio")
    with panels(1, 3, height=2.6) as (figure, (left, middle, right)):
        curves(course, left, x="epochs", y="loss", hue="variant")
        curves(course, middle, x="epochs", y="participation_ratio", hue="variant", bounds=ranks)
        points(table, right, x="excess", y="mean_loss", hue="variant", s=20)
        right.margins(0.1)
        logarithmic(right, "x")
        left.set(xlabel="epochs", ylabel="training loss", ylim=(0, None))
        middle.set(xlabel="epochs", ylabel="participation ratio $r$", ylim=(0, None))
        right.set(xlabel="$r - 1$ before training", ylabel="mean training loss", ylim=(0, None))
        legend_below(figure, right)
    return figure
