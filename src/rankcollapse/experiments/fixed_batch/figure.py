"""Draw rank and distance from orthogonality of a small batch against width."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.fixed_batch.summary import in_stationarity
from rankcollapse.report.style import curves, legend_below, logarithmic, looks, panels
from rankcollapse.theory.closed_forms import fixed_batch_participation_ratio

LABELS = {"identity": "linear", "relu": "ReLU"}


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Left: r and soft rank against width with the crossover law; right: distance from orthogonality."""
    frame = frames["fixed_batch.chain"]
    means = in_stationarity(frame)
    samples, tau = int(frame["samples"].iloc[0]), frame["tau"].iloc[0]
    widths = np.geomspace(frame["width"].min(), frame["width"].max(), 200)
    law = np.array([fixed_batch_participation_ratio(width, samples) for width in widths])

    def styles(measure: str = "") -> dict:
        return {kind: look._replace(label=measure + LABELS[kind]) for kind, look in looks(tuple(LABELS)).items()}

    with panels(1, 2, height=2.7) as (figure, (left, right)):
        shared = {"x": "width", "hue": "activation"}
        curves(means, left, y="participation_ratio", looks=styles("$r$, "), **shared)
        soft = styles(rf"$\mathrm{{rank}}_{{{tau:g}}}$, ")
        curves(means, left, y="soft_rank", looks=soft, linestyle="--", markers=False, **shared)
        curves(means, right, y="orthogonality_gap", looks=styles(), **shared)
        left.plot(widths, law, "k:", label="law, linear")
        right.plot(widths, np.sqrt(1 / law - 1 / samples), "k:", label="law, linear")
        for axes in (left, right):
            logarithmic(axes, "x", base=2)
        logarithmic(right, "y")
        left.set(xlabel="width $d$", ylabel="rank", title=f"rank of {samples} samples")
        right.set(xlabel="width $d$", ylabel="", title="distance from orthogonality")
        right.legend(loc="lower left")
        legend_below(figure, left)
    return figure
