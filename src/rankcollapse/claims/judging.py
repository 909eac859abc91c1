"""How claims are judged: measured intervals against thresholds fixed beforehand."""

import math
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from scipy.special import stdtrit

from rankcollapse.claims.records import Claim, Condition, Relation, Verdict
from rankcollapse.claims.statements import Statement
from rankcollapse.statistics.intervals import Interval

_FROM_WORST = ("refuted", "inconclusive", "reproduced")


def verdict(interval: Interval, relation: Relation, threshold: float) -> Verdict:
    """`reproduced` if the whole interval is on the right side of the threshold, `refuted` if it is all on the other.

    Fewer than three runs decide nothing: two equal values would make an interval of width zero.
    """
    if interval.n < 3:
        return "inconclusive"
    below, above = interval.high < threshold, interval.low >= threshold
    holds, fails = (below, above) if relation == "<" else (above, below)
    return "reproduced" if holds else "refuted" if fails else "inconclusive"


def condition(quantity: str, interval: Interval, relation: Relation, threshold: float, at: object = None) -> Condition:
    """One quantity against its threshold.

    Args:
        quantity: what was measured, with its units; `{}` stands for `at`.
        interval: the estimate and its 95% interval.
        relation: the side of the threshold on which the claim holds.
        threshold: fixed before any run.
        at: the point at which it was measured, say a depth; None if there is but one.
    """
    estimate, low, high, n = interval
    return Condition(
        quantity=quantity,
        at=None if at is None else str(at),
        verdict=verdict(interval, relation, threshold),
        estimate=estimate,
        ci_low=low if math.isfinite(low) else None,
        ci_high=high if math.isfinite(high) else None,
        relation=relation,
        threshold=threshold,
        n=n,
    )


def at_worst(quantity: str, points: Mapping[Any, Interval], relation: Relation, threshold: float) -> Condition:
    """The condition on one quantity at several points (say, the same rank at several depths): all must hold.

    It is that of the worst verdict, then that with the unfavourable end of the interval least far on the right side.

    Args:
        quantity: what was measured; `{}` stands for the point.
        points: at least one.
        relation: as in `condition`.
        threshold: the same for all points.
    """
    found = [condition(quantity, interval, relation, threshold, point) for point, interval in points.items()]
    return min(found, key=lambda each: (_FROM_WORST.index(each.verdict), each.margin))


def between(quantity: str, points: Mapping[Any, Interval], low: float, high: float) -> list[Condition]:
    """That one quantity is at least `low`, and less than `high`, at all points; arguments are those of `at_worst`."""
    return [
        at_worst(f"{quantity}, from below", points, ">=", low),
        at_worst(f"{quantity}, from above", points, "<", high),
    ]


def unless(because: str | None, found: Condition) -> Condition:
    """The condition, but open if there is something else that must be decided first."""
    return found.model_copy(update={"verdict": "inconclusive", "because": because}) if because else found


def given(baseline: Condition, conditions: list[Condition]) -> list[Condition]:
    """The conditions of a claim that says something only where a baseline holds: the baseline, then the others.

    Where it does not hold, say where BN networks do not learn in so few steps, all are open, and the claim with them.
    """
    because = None if baseline.verdict == "reproduced" else f"a scale at which this holds: {baseline.text}"
    return [unless(because, each) for each in (baseline, *conditions)]


def runs_needed(found: Condition) -> int | None:
    """About how large n must be to decide an inconclusive condition, if estimate and spread stayed as they are.

    The half-width of Student's t interval of m runs, `t(m - 1) s / √m`, must become the estimate's distance from the
    threshold; the half on the side of the threshold counts, for an interval may be cut at a bound. None where that says
    nothing: no interval, an estimate on the threshold, or more than a million.
    """
    estimate, low, high, n = found.interval
    distance = abs(estimate - found.threshold)
    half = high - estimate if found.threshold > estimate else estimate - low
    if n < 3 or not math.isfinite(half) or distance == 0:
        return None
    spread = half * math.sqrt(n) / stdtrit(n - 1, 0.975)
    sizes = range(3, 1_000_000)  # the half-width falls with each
    least = bisect_left(sizes, True, key=lambda m: stdtrit(m - 1, 0.975) * spread / math.sqrt(m) < distance)
    return sizes[least] if least < len(sizes) else None


def _to_decide(found: Condition) -> str:
    """What it would take to decide an inconclusive condition."""
    if found.because:
        return found.because
    if found.n < 3:
        what = f"n of at least 3, now {found.n}"
    elif needed := runs_needed(found):
        what = f"n of about {needed} at this spread, now {found.n}"
    else:
        what = "another way of measuring"
    return f"{what}, {found.text}"


def judge(statement: Statement, conditions: list[Condition], missing: str | None = None) -> Claim:
    """The verdict on a claim: all of its conditions must hold (an intersection-union test).

    The claim gets the worst verdict of its conditions; the first condition with that verdict gives the claim its
    estimate, interval and threshold.

    Args:
        statement: the claim.
        conditions: in order of importance; not used if `missing` is given.
        missing: why this run cannot decide the claim, or None.

    Raises:
        ValueError: two conditions have the same quantity: a comparison with other runs could not tell them apart.
    """
    if missing is not None:
        return Claim(**dict(statement), verdict="not_run", to_decide=missing, conditions=[])
    if len({found.quantity for found in conditions}) < len(conditions):
        raise ValueError(f"{statement.id} has two conditions of one quantity: {[each.quantity for each in conditions]}")
    decisive = min(conditions, key=lambda found: _FROM_WORST.index(found.verdict))
    undecided = dict.fromkeys(_to_decide(found) for found in conditions if found.verdict == "inconclusive")
    to_decide = "; ".join(undecided) if decisive.verdict == "inconclusive" else None
    numbers = dict(decisive) | {"quantity": decisive.text}
    return Claim(**dict(statement), **numbers, to_decide=to_decide, conditions=conditions)
