"""Draw Figure 2: numerical rank against depth in very deep random networks."""

import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.extreme_depth.summary import bounds_of
from rankcollapse.report.style import curves, panels

TITLES = {"identity": "linear", "relu": "ReLU", "tanh": "tanh"}


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """A panel an activation: mean rank (line) and its 95% interval (band) against depth, with √d."""
    frame = frames["extreme_depth.chain"]
    thousands = frame.assign(layer=frame["layer"] / 1000)
    with panels(1, 3, height=2.1, sharey=True) as (figure, panel):
        for axes, (activation, title) in zip(panel, TITLES.items(), strict=True):
            chains = thousands[thousands["activation"] == activation]
            curves(chains, axes, x="layer", y="numerical_rank", hue="variant", bounds=bounds_of(frame), band=True)
            axes.locator_params(axis="x", steps=[1, 2, 5, 10])
            axes.axhline(frame["width"].iloc[0] ** 0.5, color="black", linestyle=":", label=r"$\sqrt{d}$")
            axes.set(title=title, xlabel="layers / 1000", ylabel="numerical rank")
        panel[0].set_ylim(0, None)  # of all panels, after all is drawn
        panel[-1].legend(loc="center right")
    return figure
