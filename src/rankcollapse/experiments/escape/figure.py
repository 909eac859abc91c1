"""Draw Figure 3b: the ten largest eigenvalues on the way out of a rank-one state."""

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from rankcollapse.report.style import TEXT_WIDTH, logarithmic, panels


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Median of each eigenvalue over the chains (line) and its middle 80% (band) against depth."""
    frame = frames["escape.chain"]
    last = int(frame["index"].max())
    with panels(height=2.4, width=0.62 * TEXT_WIDTH) as (figure, axes):
        sns.lineplot(
            frame,
            x="layer",
            y="eigenvalue",
            hue="index",
            palette=sns.color_palette("viridis", last),
            estimator="median",
            errorbar=("pi", 80),
            err_kws={"alpha": 0.15, "linewidth": 0},
            legend="full",
            ax=axes,
        )
        handles, _ = axes.get_legend_handles_labels()
        shown = {index: handles[index - 1] for index in (1, 2, last)}
        axes.legend(shown.values(), [rf"$\lambda_{{{index}}}$" for index in shown], loc="lower right")
        logarithmic(axes, "y")
        axes.set(xlabel="layers", ylabel="eigenvalues of $M$")
    return figure
