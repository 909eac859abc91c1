"""C5 and C6: what Figure 3a decides."""

import math
from typing import Any

import pandas as pd

from rankcollapse.claims import Condition, judge, worst
from rankcollapse.experiments.width.summary import exponents, half_shifts
from rankcollapse.intervals import Interval

# Thresholds, fixed before the runs they judge: the exponent of Theorem 2, and the lemma's inequality.
EXPONENT = 0.5
LEAST_RATIO = 1.0
SHIFT = 4.0  # standard errors between the halves of chains beyond which they are not taken to be stationary


def lemma_ratios(frame: pd.DataFrame) -> pd.Series:
    """`rank_τ / ((1 - τ)² r)` of every recorded spectrum and every τ."""
    keys = ["gamma", "width", "chain", "layer"]
    ratio = frame[frame["measure"] == "participation_ratio"].set_index(keys)["value"]
    soft = frame[frame["measure"] == "soft_rank"].join(ratio.rename("r"), on=keys)
    return soft["value"] / ((1 - soft["tau"]) ** 2 * soft["r"])


def stationarity(frame: pd.DataFrame) -> Condition:
    """Whether `r` is stationary after the burn-in, for every kind of network; if not, nothing follows from its mean."""
    shifts = half_shifts(frame)
    largest = max(map(abs, shifts))
    interval = Interval(largest, largest if largest < SHIFT else -math.inf, largest, len(shifts))
    return Condition("standard errors between the halves of the chains, largest", interval, "<", SHIFT)


def judge_all(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The entries of claims.json that this experiment decides."""
    frame = frames["width.chain"]
    few = frame["width"].nunique() < 3
    growth = [] if few else exponents(frame).items()
    ratios = lemma_ratios(frame)
    least = float(ratios.min())
    return [
        judge(
            "C5",
            [
                worst(
                    Condition(f"exponent of r in the width at γ = {gamma}, lowest", exponent, ">=", EXPONENT)
                    for gamma, exponent in growth
                ),
                stationarity(frame),
            ]
            if not few
            else [],
            missing="needs three widths or more" if few else None,
        ),
        judge(
            "C6",
            [
                Condition(
                    "least ratio of soft rank to (1 - τ)² r over all recorded spectra",
                    Interval(least, least, least, len(ratios)),
                    ">=",
                    LEAST_RATIO,
                )
            ],
        ),
    ]
