"""Draw the eight laws: predictions as lines, measurements with their intervals."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.laws.summary import of_law
from rankcollapse.report.style import TEXT_WIDTH, curves, logarithmic, looks, panels

PANELS: dict[str, dict[str, Any]] = {
    "F1": {"title": "F1 gradient growth with BN", "xlabel": "width $d$", "ylabel": "log growth, over the law"},
    "F2": {"title": "F2 vanilla ReLU", "xlabel": "layer", "ylabel": r"$1 - \rho$", "ylim": (1e-3, 1)},
    "F3": {"title": "F3 BN and an activation", "xlabel": "layer", "ylabel": r"cosine $\rho$", "ylim": (-0.6, 1)},
    "F4": {"title": "F4 orthogonal weights", "xlabel": "depth", "ylabel": r"$\log_{10}$ gradient"},
    "F5": {"title": "F5 attention alone", "xlabel": "layer", "ylabel": r"$\log_{10}$ distance"},
    "F6": {"title": "F6 attention beside a skip", "xlabel": "tokens", "ylabel": "cosine"},
    "F7": {"title": "F7 random attention", "xlabel": "tokens", "ylabel": "over the law", "ylim": (0.4, 3.2)},
    "F8": {"title": "F8 rank of the Jacobian", "xlabel": "layer", "ylabel": "rank", "ylim": (0, 60)},
}
LOG = {"F1": "x", "F2": "xy", "F4": "x", "F6": "xy", "F7": "x"}  # axes
MOST = 16  # abscissas drawn


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """One panel a law."""
    with panels(4, 2, height=8.2, width=TEXT_WIDTH) as (figure, grid):
        for (law, labels), axes in zip(PANELS.items(), grid.flat, strict=True):
            rows = of_law(frames, law, all_sizes=True)
            abscissas = np.sort(rows["x"].unique())
            if len(abscissas) > MOST:
                abscissas = abscissas[np.unique(np.geomspace(1, len(abscissas), MOST).astype(int)) - 1]
            rows = rows[rows["x"].isin(abscissas)]
            if law == "F5":  # the distance is cubed, times a constant: steps of its logarithm grow threefold
                second, third = (rows.loc[rows["x"] == layer, "value"].mean() for layer in (2, 3))
                rows = rows.assign(prediction=second + (third - second) * (3.0 ** (rows["x"] - 2) - 1) / 2)
            rows = rows.assign(case=rows["case"].str.replace(r"√(\w)", r"$\\sqrt{\1}$", regex=True))
            style = looks(rows["case"].unique())
            column = "ratio" if law in ("F1", "F7") else "value"
            curves(rows, axes, x="x", y=column, hue="case", looks=style, linestyle="none", markersize=3)
            for case, each in rows.groupby("case", sort=False):
                line = each.assign(one=1.0).groupby("x")["one" if column == "ratio" else "prediction"].mean()
                axes.plot(line.index, line, color=style[case].colour, linewidth=0.8, zorder=0)
            logarithmic(axes, *LOG.get(law, ""), base=2 if law in ("F6", "F7") else 10)
            axes.set(**labels)
            axes.legend(fontsize=5.5, labelspacing=0.2, ncols=2 if law in ("F3", "F8") else 1)
    return figure
