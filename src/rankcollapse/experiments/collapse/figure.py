"""Draw the Lyapunov spectra of linear networks without BN, measured and exact."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from rankcollapse.report.style import curves, looks, panels

EXACT = {"color": "black", "linewidth": 0.7, "estimator": None, "legend": False}


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Left: exponents against index, scaled to the width; right: log10 σ_i/σ_1 that they predict against depth."""
    frame = frames["collapse.spectrum"]
    largest = frame.groupby("width")["exact"].transform("max")
    table = frame.assign(position=frame["index"] / frame["width"], gap=frame["exact"] - largest)
    table = table.assign(measured=frame["exponent"] - largest, label=[f"$d = {width}$" for width in frame["width"]])
    first = table[table["chain"] == table["chain"].min()]
    smallest = int(frame["width"].min())
    # exponents are nats a layer: times the depth, logarithms of singular values
    ends = table[table["width"] == smallest].groupby("index")[["exponent", "exact"]].mean()
    decades = (ends - ends.loc[1]) * frame["layers"].max() / np.log(10)
    fall = pd.concat([0 * decades.assign(layers=0), decades.assign(layers=frame["layers"].max())]).reset_index()
    styles = looks(table["label"].unique())
    widest_first = dict(reversed(styles.items()))  # the fewer points of a smaller width lie on top
    with panels(1, 2, height=2.4) as (figure, (left, right)):
        sns.lineplot(first, x="position", y="gap", units="width", ax=left, **EXACT)
        bars = {"linestyle": "", "err_kws": {"capsize": 0}}
        curves(table, left, x="position", y="measured", hue="label", looks=widest_first, **bars)
        sns.lineplot(fall, x="layers", y="exact", units="index", ax=right, **EXACT)
        colour = styles[f"$d = {smallest}$"].colour
        sns.scatterplot(fall[fall["layers"] > 0], x="layers", y="exponent", color=colour, ax=right, clip_on=False)
        right.axhline(np.log10(np.finfo(float).eps), color="#c8501e", linestyle=":", label="double precision")
        left.set(xlabel="index $i/d$", ylabel=r"$\lambda_i - \lambda_1$ (nats a layer)", title="exponents")
        right.set(xlabel="layers", ylabel=r"$\log_{10} \sigma_i/\sigma_1$", title=f"$d = {smallest}$")
        left.legend(reverse=True)
        right.legend(loc="lower left")
    return figure
