"""Averages in stationarity of the measures of Figure 3a."""

import math

import pandas as pd

from rankcollapse.experiments.width.published import LOG2_RANK
from rankcollapse.intervals import Interval, mean_interval, power_law, stationary_interval


def gammas(frame: pd.DataFrame) -> list[str]:
    """The values of γ, ascending."""
    return sorted(frame["gamma"].unique(), key=float)


def series(frame: pd.DataFrame, gamma: str, width: int, measure: str, tau: float | None = None):
    """One measure of one kind of network along depth, array `(chains, times)`."""
    chosen = (frame["gamma"] == gamma) & (frame["width"] == width) & (frame["measure"] == measure)
    if tau is not None:
        chosen &= frame["tau"] == tau
    return frame[chosen].pivot(index="chain", columns="layer", values="value").to_numpy()


def stationary(frame: pd.DataFrame, gamma: str, measure: str, tau: float | None = None) -> dict[int, Interval]:
    """Mean in stationarity with its interval, for each width."""
    widths = sorted(frame["width"].unique())
    return {int(width): stationary_interval(series(frame, gamma, width, measure, tau))[0] for width in widths}


def at_the_end(frame: pd.DataFrame, gamma: str, measure: str) -> dict[int, Interval]:
    """Mean at the last measured layer, for each width: numerical ranks fall with depth and have no other mean."""
    widths = sorted(frame["width"].unique())
    return {int(width): mean_interval(series(frame, gamma, width, measure)[:, -1]) for width in widths}


def longest_burn_in(frame: pd.DataFrame) -> float:
    """The largest share of a chain that the burn-in rule discards from `r`, over all kinds of networks."""
    shares = []
    for gamma in gammas(frame):
        for width in frame["width"].unique():
            values = series(frame, gamma, width, "participation_ratio")
            shares.append(stationary_interval(values)[1] / values.shape[1])
    return max(shares)


def exponents(frame: pd.DataFrame) -> dict[str, Interval]:
    """Fitted exponent of `r` in the width, for each γ."""
    return {gamma: power_law(stationary(frame, gamma, "participation_ratio")) for gamma in gammas(frame)}


def published_differences(frame: pd.DataFrame) -> dict[str, float]:
    """Largest difference in log2 from the original's curve at γ = ∞; empty if that was not run.

    `release`: of the measure that its release computes, the mean of two numerical ranks of M; `with_ratio`: of the mean
    of `r` and the numerical rank of M.
    """
    if "inf" not in set(frame["gamma"]):
        return {}
    ratio = stationary(frame, "inf", "participation_ratio")
    matrix, above = (at_the_end(frame, "inf", name) for name in ("matrix_rank", "above_1e-9"))
    common = [width for width in LOG2_RANK if width in ratio]

    def difference(first: dict[int, Interval], second: dict[int, Interval]) -> float:
        logs = {width: math.log2((first[width].estimate + second[width].estimate) / 2) for width in common}
        return max((abs(logs[width] - LOG2_RANK[width]) for width in common), default=math.nan)

    return {"release": difference(matrix, above), "with_ratio": difference(ratio, matrix)}


def half_shifts(frame: pd.DataFrame) -> list[float]:
    """A check of the burn-in, for every kind of network: by how many standard errors `r` differs between the halves.

    The halves are those of what the rule leaves of the chains; errors are over chains.
    """
    shifts = []
    for gamma in gammas(frame):
        for width in frame["width"].unique():
            values = series(frame, gamma, width, "participation_ratio")
            kept = values[:, stationary_interval(values)[1] :]
            half = kept.shape[1] // 2
            differences = kept[:, :half].mean(1) - kept[:, half:].mean(1)
            shifts.append(float(differences.mean() / (differences.std(ddof=1) / len(differences) ** 0.5)))
    return shifts
