"""Draw the Lyapunov spectra of linear networks without BN, measured and exact."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.figures import STYLE, TEXT_WIDTH


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Left: exponents against index, scaled to the width; right: log10 σ_i/σ_1 that they predict against depth."""
    frame = frames["collapse.spectrum"]
    mean = frame.groupby(["width", "index"])[["exponent", "exact"]].mean().reset_index()
    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 2.4))
        for colour, (width, spectrum) in zip(("C0", "C1", "C2", "C3", "C4"), mean.groupby("width"), strict=False):
            position = spectrum["index"] / width
            offset = spectrum["exact"].iloc[0]
            left.plot(position, spectrum["exact"] - offset, color="black", linewidth=0.7)
            left.plot(
                position, spectrum["exponent"] - offset, "o", color=colour, markersize=2.5, label=f"$d = {width}$"
            )
        smallest = mean[mean["width"] == mean["width"].min()]
        depth = np.array([0, frame["layers"].max()])
        for row in smallest.itertuples():
            decades = depth / np.log(10)
            right.plot(depth, (row.exact - smallest["exact"].iloc[0]) * decades, color="black", linewidth=0.7)
            right.plot(
                depth[1], (row.exponent - smallest["exponent"].iloc[0]) * decades[1], "o", color="C0", clip_on=False
            )
        right.axhline(np.log10(np.finfo(float).eps), color="C3", linestyle=":", label="double precision")
        left.set(xlabel="index $i/d$", ylabel=r"$\lambda_i - \lambda_1$ (nats a layer)", title="exponents")
        right.set(xlabel="layers", ylabel=r"$\log_{10} \sigma_i/\sigma_1$", title=f"$d = {int(mean['width'].min())}$")
        left.legend(frameon=False)
        right.legend(frameon=False, loc="lower left")
    return figure
