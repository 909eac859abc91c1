"""Judge C5 and C6."""

import math

import pandas as pd

from rankcollapse.claims.judging import at_worst, condition, judge
from rankcollapse.claims.records import Claim, Condition
from rankcollapse.experiments.stationary_rank.claims import C5, C6, EXPONENT, LEAST_RATIO, SHIFT
from rankcollapse.experiments.stationary_rank.summary import exponents, half_shifts, lemma_ratios
from rankcollapse.statistics.intervals import Interval


def stationarity(frame: pd.DataFrame) -> Condition:
    """Whether `r` is stationary after the burn-in, for every kind of network; if not, nothing follows from its mean."""
    shifts = half_shifts(frame)
    largest = max(map(abs, shifts))
    interval = Interval(largest, largest if largest < SHIFT else -math.inf, largest, len(shifts))
    return condition("standard errors between the halves of the chains, largest", interval, "<", SHIFT)


def _judge_growth(frame: pd.DataFrame) -> Claim:
    """C5."""
    growth = exponents(frame)
    if not growth:
        return judge(C5, [], "needs three widths or more")
    lowest = at_worst("exponent of r in the width at γ = {}, lowest", growth, ">=", EXPONENT)
    return judge(C5, [lowest, stationarity(frame)])


def _judge_lemma(frame: pd.DataFrame) -> Claim:
    """C6."""
    ratios = lemma_ratios(frame)
    least = float(ratios.min())
    quantity = "least ratio of soft rank to (1 - τ)² r over all recorded spectra"
    return judge(C6, [condition(quantity, Interval(least, least, least, len(ratios)), ">=", LEAST_RATIO)])


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claims that this experiment decides."""
    frame = frames["stationary_rank.chain"]
    return [_judge_growth(frame), _judge_lemma(frame)]
