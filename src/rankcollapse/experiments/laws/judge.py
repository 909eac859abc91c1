"""Judge F1 to F8."""

import pandas as pd

from rankcollapse.claims.judging import at_worst, between, condition, judge
from rankcollapse.claims.records import Claim, Condition
from rankcollapse.experiments.laws import claims, summary
from rankcollapse.statistics.estimates import estimates, intervals
from rankcollapse.statistics.intervals import SHARE, Interval


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claims that this experiment decides."""
    judges = (gradient_explosion, vanilla, isometry, orthogonal, attention_alone, skips, spectral_gap, jacobians)
    return [each(summary.of_law(frames, f"F{number}")) for number, each in enumerate(judges, start=1)]


def _near(quantity: str, points: dict[str, Interval], margin: float, centre: float = 1.0) -> list[Condition]:
    return between(quantity, points, centre - margin, centre + margin)


def gradient_explosion(frame: pd.DataFrame) -> Claim:
    """F1."""
    limits, _ = summary.growths(frame)
    return judge(claims.F1, _near("log growth at infinite width over the formula: {}", limits, claims.NEAR))


def vanilla(frame: pd.DataFrame) -> Claim:
    """F2."""
    widest = list(frame["case"].unique())[-1]
    ratios = summary.vanilla(frame)[widest]
    limit = {"": summary.tail(frame[frame["case"] == widest])}
    conditions = _near("1 - ρ over the recursion in the widest networks, layer {}", ratios, claims.CLOSE)
    return judge(claims.F2, conditions + _near("limit of (1 - ρ) ℓ² over 9π²/2", limit, claims.CLOSE))


def isometry(frame: pd.DataFrame) -> Claim:
    """F3."""
    off, growth = summary.isometry(frame)
    conditions = _near("cosine less that of the map: {}", off, claims.OFF, 0.0)
    return judge(claims.F3, [*conditions, at_worst("growth of the odds a layer over β: {}", growth, ">=", 1.0)])


def orthogonal(frame: pd.DataFrame) -> Claim:
    """F4."""
    deepest = int(frame["x"].max())
    if deepest <= claims.LATE:
        return judge(claims.F4, [], f"needs depths beyond {claims.LATE}")
    flat, steady = summary.depths(frame, "orthogonal")
    exploding, _ = summary.depths(frame, "Gaussian")
    conditions = [
        *_near("log10 growth over all depths to {}, orthogonal", {deepest: flat}, claims.FLAT, 0.0),
        *_near("log10 growth over the late depths to {}, orthogonal", {deepest: steady}, claims.STEADY, 0.0),
        condition("log10 growth over all depths to {}, Gaussian", exploding, ">=", claims.EXPLODES, deepest),
    ]
    return judge(claims.F4, conditions)


def attention_alone(frame: pd.DataFrame) -> Claim:
    """F5."""
    slope = {"": summary.cube(frame)}
    return judge(claims.F5, between("log-log slope of the distance", slope, claims.CUBE_LOW, claims.CUBE_HIGH))


def skips(frame: pd.DataFrame) -> Claim:
    """F6."""
    ratios = summary.over_prediction(frame)
    scaled = {tokens: value for (case, tokens), value in ratios.items() if case == "scaled"}
    free = frame[frame["case"] == "not scaled"]
    cosines = intervals(estimates(free, "x", "value", SHARE))
    conditions = _near("cosine of {} tokens over the formula", scaled, claims.CLOSE)
    return judge(claims.F6, [*conditions, at_worst("cosine of {} tokens, not scaled", cosines, ">=", claims.COLLAPSED)])


def spectral_gap(frame: pd.DataFrame) -> Claim:
    """F7."""
    largest = int(frame["x"].max())
    ratios = summary.over_prediction(frame)
    suffix = f", spread {claims.SPREAD:g}"
    points = {
        case.removesuffix(suffix): value
        for (case, tokens), value in ratios.items()
        if tokens == largest and case.endswith(suffix)
    }
    return judge(claims.F7, _near("over its prediction at the largest T: {}", points, claims.NEAR))


def jacobians(frame: pd.DataFrame) -> Claim:
    """F8."""
    return judge(claims.F8, [at_worst("largest rise of the rank: {}", summary.rises(frame), "<", claims.RISE)])
