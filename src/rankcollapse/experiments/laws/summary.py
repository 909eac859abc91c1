"""What the laws are judged by, from the rows of one law; figure and numbers use it too."""

import math

import numpy as np
import pandas as pd

from rankcollapse.experiments.laws.claims import VISIBLE
from rankcollapse.statistics.estimates import estimates, intervals
from rankcollapse.statistics.fits import combination
from rankcollapse.statistics.intervals import Bounds, Interval, mean_interval
from rankcollapse.theory.kernels import isometry_rate

Points = dict[str, Interval]


def of_law(frames: dict[str, pd.DataFrame], law: str, *, all_sizes: bool = False) -> pd.DataFrame:
    """The rows of one law, with ratio and difference to the prediction; of F2, F3 and F7 of the largest size."""
    frame = frames["laws.chain"]
    rows = frame[frame["law"] == law].astype({"prediction": float})
    rows = rows.assign(ratio=rows["value"] / rows["prediction"], off=rows["value"] - rows["prediction"])
    if all_sizes or law not in ("F2", "F3", "F7"):
        return rows
    size = rows["x"] if law == "F7" else rows["case"].str.extract(r"(\d+)")[0].astype(float)
    return rows[size == size.max()]


def table(frame: pd.DataFrame) -> pd.DataFrame:
    """Values of one case: one row a chain, one column an abscissa."""
    return frame.pivot(index="chain", columns="x", values="value")


def mean(
    rows: pd.DataFrame, by: list[str], column: str = "value", case: str = "", bounds: Bounds | None = None
) -> Points:
    """Means of a column by groups, named in words, in the cases that end so."""
    found = intervals(estimates(rows[rows["case"].str.endswith(case)], by, column, bounds))
    return {", at ".join(map(str, key)) if isinstance(key, tuple) else str(key): value for key, value in found.items()}


def explosion(rows: pd.DataFrame, term: int = 0) -> Points:
    """F1: log growth at infinite width over its prediction; with `term=1` the coefficient of 1/d of this ratio."""
    points = {case: intervals(estimates(of_case, "x", "ratio")) for case, of_case in rows.groupby("case")}
    return {case: combination(found, np.ones_like, np.reciprocal)[0][term] for case, found in points.items()}


def tail(rows: pd.DataFrame) -> Points:
    """F2: limit of (1 - ρ) ℓ² over 9π²/2, from the slope of (1 - ρ)^(-1/2) over the later half of the layers."""
    roots = table(rows) ** -0.5
    last = int(roots.columns.max())
    return {"": mean_interval(((roots[last] - roots[last // 2]) / (last - last // 2)) ** -2 / (9 * math.pi**2 / 2))}


def odds(rows: pd.DataFrame) -> Points:
    """F3: growth of the odds (1 - ρ)/ρ a layer, over β, while the cosine is visible."""
    logs = {case: np.log(1 / table(each) - 1) for case, each in rows[rows["prediction"] >= VISIBLE].groupby("case")}
    rates = {case: np.exp((each.iloc[:, -1] - each.iloc[:, 0]) / (each.shape[1] - 1)) for case, each in logs.items()}
    return {case: mean_interval(rate).over(isometry_rate(case.partition(",")[0])) for case, rate in rates.items()}


def depths(rows: pd.DataFrame, case: str, half: bool = False) -> Points:
    """F4: decimal logarithm of the gradient's growth to the largest depth, from the first or from the middle one."""
    logs = table(rows[rows["case"] == case])
    return {"": mean_interval(logs.iloc[:, -1] - logs.iloc[:, logs.shape[1] // 2 if half else 0])}


def cube(rows: pd.DataFrame) -> Points:
    """F5: slope of the log distance after a layer on that before it; not of the first layer, where it is large."""
    known = [row[np.isfinite(row)].iloc[1:] for _, row in table(rows).iterrows()]
    return {"": mean_interval([float(np.polyfit(row.iloc[:-1], row.iloc[1:], 1)[0]) for row in known])}


def rises(rows: pd.DataFrame) -> Points:
    """F8: largest rise of the rank above that of an earlier layer."""
    ranks = {case: table(each) for case, each in rows.groupby("case")}
    bounds = Bounds(0.0, float(rows["value"].max()), unit=1.0)
    return {case: mean_interval((rank - rank.cummin(axis=1)).max(axis=1), bounds) for case, rank in ranks.items()}
