"""Draw the Lyapunov spectra of linear BN networks and the number of their neutral exponents."""

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from rankcollapse.experiments.stationary_rank.summary import at_the_end, stationary
from rankcollapse.experiments.surviving_directions.claims import NARROWEST
from rankcollapse.experiments.surviving_directions.summary import by_family, of_theory
from rankcollapse.report.style import curves, gradation, legend_below, logarithmic, looks, panels
from rankcollapse.theory.closed_forms import surviving_rank


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Left: exponents, times the width, against index over √d; right: edge of the neutral ones against width."""
    frame, chains = frames["surviving_directions.spectrum"], frames["stationary_rank.chain"]
    theory = of_theory(frame)
    theory = theory[theory["width"] >= NARROWEST].sort_values("width")
    theory = theory.assign(
        position=theory["index"] / theory["width"] ** 0.5,
        scaled=theory["exponent"] * theory["width"],
        label=[f"$d = {width}$" for width in theory["width"]],
    )
    kinds = by_family(frame).items()
    rows = [(kind, width, edge) for kind, points in kinds for width, found in points.items() for edge in found.edges]
    edges = pd.DataFrame(rows, columns=["family", "width", "edge"])
    with panels(1, 2, height=3.2) as (figure, (left, right)):
        small = {"markersize": 2.5, "linewidth": 0.8, "err_kws": {"capsize": 0}}
        styles = gradation(theory["label"].unique())
        curves(theory, left, x="position", y="scaled", hue="label", looks=styles, **small)
        left.axvline(2, color="black", linestyle=":")
        left.set(xlabel=r"index $i/\sqrt{d}$", ylabel=r"$d\,\lambda_i$", xlim=(0, 3), ylim=(-8, 1), title="exponents")
        left.legend(loc="lower left")
        curves(edges, right, x="width", y="edge", hue="family", looks=looks(edges["family"].unique()))
        if "inf" in set(chains["gamma"]):
            found = stationary(chains, "inf", "participation_ratio"), at_the_end(chains, "inf", "numerical_rank")
            names = ("-", r"$r$, $\gamma=\infty$"), ("--", "numerical rank")
            for points, (linestyle, name) in zip(found, names, strict=True):
                line = pd.Series({width: point.estimate for width, point in points.items()})
                sns.lineplot(line, color="0.4", linestyle=linestyle, label=name, legend=False, ax=right)
        widths = sorted(frame["width"].unique())
        right.plot(widths, [surviving_rank(width) for width in widths], "k:", label=r"$2\sqrt{d}$")
        logarithmic(right, "x", "y", base=2)
        right.set(xlabel="width $d$", ylabel="", title="neutral exponents")
        legend_below(figure, right)
    return figure
