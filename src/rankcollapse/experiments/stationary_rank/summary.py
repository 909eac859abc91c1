"""Averages in stationarity of the measures of Figure 3a."""

import math

import numpy as np
import pandas as pd

from rankcollapse.experiments.stationary_rank.published import LOG2_RANK
from rankcollapse.statistics.estimates import estimates, intervals
from rankcollapse.statistics.fits import power_law
from rankcollapse.statistics.intervals import Interval, mean_interval, mser_burn_in, rank_bounds

KEYS = ["gamma", "width", "measure", "tau"]


def gammas(frame: pd.DataFrame) -> list[str]:
    """The values of γ, ascending."""
    return sorted(frame["gamma"].unique(), key=float)


def series(frame: pd.DataFrame, gamma: str, width: int, measure: str, tau: float | None = None) -> np.ndarray:
    """One measure of one kind of network along depth, `(chains, times)`."""
    chosen = (frame["gamma"] == gamma) & (frame["width"] == width) & (frame["measure"] == measure)
    if tau is not None:
        chosen &= frame["tau"] == tau
    return frame[chosen].pivot(index="chain", columns="layer", values="value").to_numpy()


def chain_averages(rows: pd.DataFrame, measure: str) -> pd.Series:
    """The average of each chain of one kind of network, after the burn-in, by its number."""
    chains = rows.pivot(index="chain", columns="layer", values=measure)
    values = chains.to_numpy()
    return pd.Series(values[:, mser_burn_in(values.mean(0)) :].mean(1), chains.index)


def in_stationarity(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a kind of network, measure and chain: the chain's average after the burn-in of that measure.

    Returns:
        Columns gamma, width, measure, tau (missing but for the soft rank), chain, value.
    """
    tables = []
    for key, group in frame.groupby(KEYS, dropna=False, sort=False):
        averages = chain_averages(group, "value").rename("value").reset_index()
        tables.append(averages.assign(**dict(zip(KEYS, key, strict=True))))
    return pd.concat(tables, ignore_index=True)


def of_measure(frame: pd.DataFrame, gamma: str, measure: str) -> pd.DataFrame:
    """The rows of one measure at one γ."""
    return frame[(frame["gamma"] == gamma) & (frame["measure"] == measure)]


def stationary(frame: pd.DataFrame, gamma: str, measure: str) -> dict[int, Interval]:
    """Mean in stationarity with its interval, for each width."""
    return intervals(estimates(in_stationarity(of_measure(frame, gamma, measure)), "width", "value"))


def last_layers(frame: pd.DataFrame) -> pd.DataFrame:
    """The last measured layer of every chain: numerical ranks fall with depth and have no other mean."""
    return frame[frame["layer"] == frame.groupby(["gamma", "width"])["layer"].transform("max")]


def at_the_end(frame: pd.DataFrame, gamma: str, measure: str) -> dict[int, Interval]:
    """Mean at the last measured layer, for each width."""
    ends = last_layers(of_measure(frame, gamma, measure)).groupby("width")["value"]
    return {int(width): mean_interval(values, rank_bounds(int(width))) for width, values in ends}


def ratios_in_depth(frame: pd.DataFrame) -> list[np.ndarray]:
    """`r` along depth of every kind of network, `(chains, times)` each."""
    return [
        series(frame, gamma, width, "participation_ratio")
        for gamma in gammas(frame)
        for width in frame["width"].unique()
    ]


def longest_burn_in(frame: pd.DataFrame) -> float:
    """The largest share of a chain that the burn-in rule discards from `r`, over all kinds of networks."""
    return max(mser_burn_in(values.mean(0)) / values.shape[1] for values in ratios_in_depth(frame))


def half_shifts(frame: pd.DataFrame) -> list[float]:
    """A check of the burn-in, for every kind of network: by how many standard errors `r` differs between the halves.

    The halves are those of what the rule leaves of the chains; errors are over chains.
    """
    shifts = []
    for values in ratios_in_depth(frame):
        kept = values[:, mser_burn_in(values.mean(0)) :]
        half = kept.shape[1] // 2
        differences = kept[:, :half].mean(1) - kept[:, half:].mean(1)
        shifts.append(float(differences.mean() / (differences.std(ddof=1) / len(differences) ** 0.5)))
    return shifts


def exponents(frame: pd.DataFrame) -> dict[str, Interval]:
    """Fitted exponent of `r` in the width, for each γ; none where there are fewer than three widths."""
    if frame["width"].nunique() < 3:
        return {}
    return {gamma: power_law(stationary(frame, gamma, "participation_ratio")) for gamma in gammas(frame)}


def lemma_ratios(frame: pd.DataFrame) -> pd.Series:
    """`rank_τ / ((1 - τ)² r)` of every recorded spectrum and every τ."""
    keys = ["gamma", "width", "chain", "layer"]
    ratio = frame[frame["measure"] == "participation_ratio"].set_index(keys)["value"]
    soft = frame[frame["measure"] == "soft_rank"].join(ratio.rename("r"), on=keys)
    return soft["value"] / ((1 - soft["tau"]) ** 2 * soft["r"])


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
