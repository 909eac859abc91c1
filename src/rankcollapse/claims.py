"""Claims and how they are judged: measured intervals against thresholds fixed beforehand."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import stats

from rankcollapse.intervals import Interval
from rankcollapse.ledger import LEDGER, Verdict


@dataclass(frozen=True)
class Condition:
    """One quantity that must lie on one side of a threshold.

    Attributes:
        quantity: what was measured, with its units.
        interval: the estimate and its 95% interval.
        relation: the side of the threshold on which the claim holds.
        threshold: fixed before any run.
    """

    quantity: str
    interval: Interval
    relation: Literal["<", ">="]
    threshold: float

    @property
    def margin(self) -> float:
        """Distance of the unfavourable end of the interval from the threshold; positive if the claim holds."""
        if self.relation == "<":
            return self.threshold - self.interval.high
        return self.interval.low - self.threshold

    @property
    def verdict(self) -> Verdict:
        """`reproduced` if the whole interval is on the claim's side, `refuted` if it is all on the other.

        Fewer than three runs decide nothing: two equal values would make an interval of width zero.
        """
        if self.interval.n < 3:
            return "inconclusive"
        if self.relation == "<":
            holds, fails = self.interval.high < self.threshold, self.interval.low >= self.threshold
        else:
            holds, fails = self.interval.low >= self.threshold, self.interval.high < self.threshold
        return "reproduced" if holds else "refuted" if fails else "inconclusive"

    def record(self) -> dict[str, Any]:
        """The condition as JSON values; an infinite bound is null."""
        estimate, low, high, n = self.interval
        return {
            "quantity": self.quantity,
            "verdict": self.verdict,
            "estimate": estimate,
            "ci_low": low if math.isfinite(low) else None,
            "ci_high": high if math.isfinite(high) else None,
            "relation": self.relation,
            "threshold": self.threshold,
            "n": n,
        }


_FROM_WORST = ("refuted", "inconclusive", "reproduced")


def worst(conditions: Iterable[Condition]) -> Condition:
    """The condition that decides a conjunction: of the worst verdict, then of the least margin.

    Margins are compared, so the conditions must be about one quantity (say, the same rank at several depths).
    """
    return min(conditions, key=lambda condition: (_FROM_WORST.index(condition.verdict), condition.margin))


def runs_needed(condition: Condition) -> int | None:
    """About how large n must be to decide an inconclusive condition, if estimate and spread stayed as they are.

    The half-width of Student's t interval of m runs, `t(m - 1) s / √m`, must become the estimate's distance from the
    threshold. None where that says nothing: no interval, an estimate on the threshold, or more than a million.
    """
    estimate, low, high, n = condition.interval
    distance, half = abs(estimate - condition.threshold), (high - low) / 2
    if n < 3 or not math.isfinite(half) or distance == 0:
        return None
    spread = half * math.sqrt(n) / stats.t.ppf(0.975, n - 1)
    sizes = np.arange(3, 1_000_000)
    enough = stats.t.ppf(0.975, sizes - 1) * spread / np.sqrt(sizes) < distance
    return int(sizes[enough.argmax()]) if enough.any() else None


def _to_decide(condition: Condition) -> str:
    """What it would take to decide an inconclusive condition."""
    if condition.interval.n < 3:
        what = f"n of at least 3, now {condition.interval.n}"
    elif needed := runs_needed(condition):
        what = f"n of about {needed} at this spread, now {condition.interval.n}"
    else:
        what = "another way of measuring"
    return f"{what}, {condition.quantity}"


def judge(id: str, conditions: list[Condition], missing: str | None = None) -> dict[str, Any]:
    """The verdict on a claim: all of its conditions must hold (an intersection-union test).

    It is as good as the worst of its conditions; the first that bad gives the claim its estimate,
    interval and threshold.

    Args:
        id: a key of the ledger, e.g. "C1".
        conditions: in order of importance; not used if `missing` is given.
        missing: why the claim cannot be decided from this run, or None.

    Returns:
        An entry of claims.json.

    Raises:
        KeyError: the claim is not in the ledger.
    """
    entry = {"id": id, **LEDGER[id]._asdict()}
    if missing is not None:
        blank = dict.fromkeys(("estimate", "ci_low", "ci_high", "threshold", "quantity", "relation"))
        return entry | {"verdict": "not_run", **blank, "n": 0, "to_decide": missing, "conditions": []}
    decisive = min(conditions, key=lambda condition: _FROM_WORST.index(condition.verdict))
    open_ones = [_to_decide(condition) for condition in conditions if condition.verdict == "inconclusive"]
    to_decide = "; ".join(open_ones) if decisive.verdict == "inconclusive" else None
    return (
        entry
        | decisive.record()
        | {"to_decide": to_decide, "conditions": [condition.record() for condition in conditions]}
    )
