"""Draw Figure 3b: the ten largest eigenvalues on the way out of a rank-one state."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.figures import STYLE, TEXT_WIDTH


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Median of each eigenvalue over the chains (line) and its middle 80% (band) against depth."""
    frame = frames["escape.chain"]
    colours = plt.get_cmap("viridis")(np.linspace(0, 0.9, frame["index"].max()))
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(0.62 * TEXT_WIDTH, 2.4))
        for colour, (index, chains) in zip(colours, frame.groupby("index"), strict=True):
            quantiles = chains.groupby("layer")["eigenvalue"].quantile([0.1, 0.5, 0.9]).unstack()
            label = rf"$\lambda_{{{index}}}$" if index in (1, 2, frame["index"].max()) else None
            axes.plot(quantiles.index, quantiles[0.5], color=colour, label=label)
            axes.fill_between(quantiles.index, quantiles[0.1], quantiles[0.9], color=colour, alpha=0.15, linewidth=0)
        axes.set_yscale("log")
        axes.set(xlabel="layers", ylabel="eigenvalues of $M$")
        axes.legend(frameon=False, loc="lower right")
    return figure
