"""Judge F1 to F8."""

from functools import partial

import pandas as pd

from rankcollapse.claims.judging import at_worst, between, judge
from rankcollapse.claims.records import Claim
from rankcollapse.experiments.laws import claims
from rankcollapse.experiments.laws.summary import cube, depths, explosion, mean, odds, of_law, rises, tail
from rankcollapse.statistics.intervals import SHARE

QUANTITIES = [  # law, name, what measures it in the rows of the law, thresholds
    ("F1", "log growth at infinite width over the formula, {}", explosion, claims.NEAR),
    ("F2", "1 - ρ over the recursion, layer {}", partial(mean, by=["x"], column="ratio"), claims.CLOSE),
    ("F2", "limit of (1 - ρ) ℓ² over 9π²/2", tail, claims.CLOSE),
    ("F3", "cosine less the map, {}", partial(mean, by=["case", "x"], column="off"), claims.OFF),
    ("F3", "growth of the odds a layer over β, {}", odds, claims.ODDS),
    ("F4", "log10 growth over all depths, orthogonal", partial(depths, case="orthogonal"), claims.FLAT),
    ("F4", "log10 growth over later depths, orthogonal", partial(depths, case="orthogonal", half=True), claims.STEADY),
    ("F4", "log10 growth over all depths, Gaussian", partial(depths, case="Gaussian"), claims.EXPLODES),
    ("F5", "log-log slope of the distance", cube, claims.CUBE),
    ("F6", "cosine over the formula, {} tokens", partial(mean, by=["x"], column="ratio", case="√L"), claims.CLOSE),
    ("F6", "cosine not scaled, {} tokens", partial(mean, by=["x"], case="not scaled", bounds=SHARE), claims.EQUAL),
    ("F7", "{} over its prediction", partial(mean, by=["case", "x"], column="ratio", case=claims.SPREAD), claims.NEAR),
    ("F8", "largest rise of the rank, {}", rises, claims.RISE),
]


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claims that this experiment decides."""
    conditions = {law: [] for law, *_ in QUANTITIES}
    for law, name, measure, (low, high) in QUANTITIES:
        rows = of_law(frames, law)
        points = {} if rows.empty else measure(rows)
        if points and low is not None and high is not None:
            conditions[law] += between(name, points, low, high)
        elif points:
            conditions[law].append(at_worst(name, points, *(("<", high) if low is None else (">=", low))))
    missing = {law: None if found else "the law is not in the settings" for law, found in conditions.items()}
    return [judge(getattr(claims, law), found, missing[law]) for law, found in conditions.items()]
