"""The constant of Theorem 2, computed from the chains of Figure 3a: the graph's bound computation."""

import numpy as np
import pandas as pd
import pyarrow as pa

from rankcollapse.experiments.width.summary import series
from rankcollapse.frames import to_table
from rankcollapse.intervals import mean_interval, mser_burn_in
from rankcollapse.theory import rank_bound

COLUMNS = {
    "gamma": "strength of the layer beside its skip connection, inf for none",
    "width": "units of every layer, and samples in the batch",
    "quantity": "ratio: mean r; alpha: 1 - E[Σ (M²)_ii²]/E[Tr M³]; bound: 2 √α √d; tightness: r over the bound; "
    "drift: mean of the identity's bracket over 2 d²",
    "estimate": "mean over the chains",
    "low": "lower end of the 95% interval",
    "high": "upper end of the 95% interval",
    "n": "chains",
}


def compute(frames: dict[str, pd.DataFrame]) -> pa.Table:
    """`α(d)`, the bound `2 √α √d`, and how tight it is, for every γ and width; one value a chain, after burn-in.

    Args:
        frames: holds `width.chain`.

    Returns:
        One row a γ, width and quantity, see `COLUMNS`.
    """
    frame = frames["width.chain"]
    rows = []
    for gamma in frame["gamma"].unique():
        for width in sorted(map(int, frame["width"].unique())):
            ratio = series(frame, gamma, width, "participation_ratio")
            burn_in = mser_burn_in(ratio.mean(0))
            means = {
                name: series(frame, gamma, width, name)[:, burn_in:].mean(1) for name in ("F", "cubic", "squared_rows")
            }
            ratio = ratio[:, burn_in:].mean(1)
            alpha = 1 - means["squared_rows"] / means["cubic"]
            bound = np.array([rank_bound(value, width) for value in alpha])
            bracket = 2 * width**2 - 2 * means["F"] - 8 * means["cubic"] + 8 * means["squared_rows"]
            quantities = {
                "ratio": ratio,
                "alpha": alpha,
                "bound": bound,
                "tightness": ratio / bound,
                "drift": bracket / (2 * width**2),
            }
            for quantity, values in quantities.items():
                estimate, low, high, n = mean_interval(values)
                rows.append(
                    {
                        "gamma": gamma,
                        "width": width,
                        "quantity": quantity,
                        "estimate": estimate,
                        "low": low,
                        "high": high,
                        "n": n,
                    }
                )
    return to_table(rows, COLUMNS)


def quantity(table: pd.DataFrame, name: str, gamma: str) -> pd.DataFrame:
    """The rows of one quantity at one γ, by width."""
    return table[(table["quantity"] == name) & (table["gamma"] == gamma)].set_index("width")
