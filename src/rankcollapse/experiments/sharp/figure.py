"""Draw the sharp rank: Lyapunov spectra of linear BN networks and the number of their neutral exponents."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.sharp.claims import THEORY
from rankcollapse.experiments.sharp.summary import KEYS, by_width, spectrum
from rankcollapse.experiments.width.summary import at_the_end, stationary
from rankcollapse.figures import STYLE, TEXT_WIDTH, legend_below, plot_estimates
from rankcollapse.theory import sharp_rank


def label(gamma: str, weights: str, normalization: str) -> str:
    """A family in words."""
    strength = r"\infty" if gamma == "inf" else gamma
    return rf"{weights}, $\gamma={strength}$" + (", centred" if normalization == "full" else "")


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Left: exponents, times the width, against index over √d; right: edge of the neutral ones against width."""
    frame, chains = frames["sharp.spectrum"], frames["width.chain"]
    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 3.4))
        theory = frame[(frame[KEYS] == pd.Series(THEORY)).all(axis=1)]
        widths = [width for width in sorted(theory["width"].unique()) if width >= 8]
        for colour, width in zip(plt.get_cmap("viridis")(np.linspace(0, 0.9, len(widths))), widths, strict=True):
            exponents = spectrum(theory[theory["width"] == width]).exponents
            index = np.arange(1, len(exponents) + 1)
            left.plot(index / width**0.5, width * exponents, ".-", color=colour, markersize=3, label=f"$d={width}$")
        left.axvline(2, color="black", linestyle=":")
        left.set(xlabel=r"index $i/\sqrt{d}$", ylabel=r"$d\,\lambda_i$", xlim=(0, 3), ylim=(-8, 1), title="exponents")
        legend_below(left, columns=3)
        for number, (family, group) in enumerate(frame.groupby(KEYS, sort=False)):
            edges = {width: point.edge for width, point in by_width(group).items()}
            plot_estimates(right, edges, number, label(*family))
        if "inf" in set(chains["gamma"]):
            ratio = stationary(chains, "inf", "participation_ratio")
            rank = at_the_end(chains, "inf", "numerical_rank")
            right.plot(list(ratio), [p.estimate for p in ratio.values()], color="0.4", label=r"$r$, $\gamma=\infty$")
            right.plot(list(rank), [p.estimate for p in rank.values()], "--", color="0.4", label="numerical rank")
        grid = np.array(sorted(frame["width"].unique()))
        right.plot(grid, [sharp_rank(width) for width in grid], "k:", label=r"$2\sqrt{d}$")
        right.set_xscale("log", base=2)
        right.set_yscale("log", base=2)
        right.set(xlabel="width $d$", title="neutral exponents")
        legend_below(right)
    return figure
