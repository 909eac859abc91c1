"""The constant of Theorem 2, computed from the chains of Figure 3a."""

import numpy as np
import pandas as pd
import pyarrow as pa

from rankcollapse.experiments.bounds.cells import TheoremCell
from rankcollapse.experiments.stationary_rank.summary import series
from rankcollapse.statistics.intervals import mean_interval, mser_burn_in
from rankcollapse.storage.frames import to_table
from rankcollapse.theory.closed_forms import rank_bound


def compute(frames: dict[str, pd.DataFrame]) -> pa.Table:
    """`α(d)`, the bound `2 √α √d`, and how tight it is, for every γ and width; one value a chain, after burn-in.

    Args:
        frames: holds `stationary_rank.chain`.

    Returns:
        One row a γ, width and quantity.
    """
    frame = frames["stationary_rank.chain"]
    rows = [
        {"gamma": gamma, "width": width, "quantity": quantity} | mean_interval(values)._asdict()
        for gamma in frame["gamma"].unique()
        for width in sorted(map(int, frame["width"].unique()))
        for quantity, values in _quantities(frame, gamma, width).items()
    ]
    return to_table(TheoremCell(), rows)


def _quantities(frame: pd.DataFrame, gamma: str, width: int) -> dict[str, np.ndarray]:
    """What the bound is made of, each `(chains,)`: averages after the burn-in of `r`."""
    burn_in = mser_burn_in(series(frame, gamma, width, "participation_ratio").mean(0))
    ratio, F, cubic, squared_rows = (
        series(frame, gamma, width, measure)[:, burn_in:].mean(1)
        for measure in ("participation_ratio", "F", "cubic", "squared_rows")
    )
    alpha = 1 - squared_rows / cubic
    bound = np.array([rank_bound(value, width) for value in alpha])
    bracket = 2 * width**2 - 2 * F - 8 * cubic + 8 * squared_rows
    return {
        "ratio": ratio,
        "alpha": alpha,
        "bound": bound,
        "tightness": ratio / bound,
        "drift": bracket / (2 * width**2),
    }
