"""Draw rank and distance from orthogonality of a small batch against width."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.wide.summary import stationary
from rankcollapse.figures import STYLE, TEXT_WIDTH, legend_below, plot_estimates
from rankcollapse.theory import wide_participation_ratio

NAMES = {"identity": "linear", "relu": "ReLU"}


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Left: r and soft rank against width with the crossover law; right: distance from orthogonality."""
    frame = frames["wide.chain"]
    samples, tau = int(frame["samples"].iloc[0]), frame["tau"].iloc[0]
    widths = np.geomspace(frame["width"].min(), frame["width"].max(), 200)
    law = np.array([wide_participation_ratio(width, samples) for width in widths])
    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 3.0))
        for number, (activation, name) in enumerate(NAMES.items()):
            plot_estimates(left, stationary(frame, activation, "participation_ratio"), number, f"$r$, {name}")
            soft = stationary(frame, activation, "soft_rank")
            left.plot(
                list(soft),
                [p.estimate for p in soft.values()],
                "--",
                color=f"C{number}",
                label=rf"$\mathrm{{rank}}_{{{tau:g}}}$, {name}",
            )
            plot_estimates(right, stationary(frame, activation, "orthogonality_gap"), number, name)
        left.plot(widths, law, "k:", label="law, linear")
        right.plot(widths, np.sqrt(1 / law - 1 / samples), "k:", label="law, linear")
        for axes in (left, right):
            axes.set_xscale("log", base=2)
            axes.set_xlabel("width $d$")
            legend_below(axes)
        left.set(ylabel="rank", title=f"rank of {samples} samples")
        right.set_yscale("log")
        right.set(title="distance from orthogonality")
    return figure
