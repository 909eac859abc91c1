"""Draw Figure 2: numerical rank against depth in very deep random networks."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.deep.claims import by_layer
from rankcollapse.figures import COLOURS, LABELS, STYLE, TEXT_WIDTH

TITLES = {"identity": "linear", "relu": "ReLU", "tanh": "tanh"}


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """A panel an activation: mean rank (line) and its 95% interval (band) against depth, with √d."""
    frame = frames["deep.chain"]
    with plt.rc_context(STYLE):
        figure, panels = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.1), sharey=True)
        for axes, (activation, title) in zip(panels, TITLES.items(), strict=True):
            for variant in ("bn", "vanilla"):
                points = by_layer(frame, activation, variant)
                layers = [layer / 1000 for layer in points]
                axes.plot(layers, [p.estimate for p in points.values()], color=COLOURS[variant], label=LABELS[variant])
                low, high = ([p[bound] for p in points.values()] for bound in (1, 2))
                axes.fill_between(layers, low, high, color=COLOURS[variant], alpha=0.25, linewidth=0)
            axes.axhline(frame["width"].iloc[0] ** 0.5, color="black", linestyle=":", label=r"$\sqrt{d}$")
            axes.set(title=title, xlabel="layers / 1000")
        panels[0].set(ylabel="numerical rank", ylim=(0, None))
        panels[-1].legend(frameon=False, loc="center right")
    return figure
