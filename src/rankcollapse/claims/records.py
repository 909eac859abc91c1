"""Claims as they are judged, written to claims.json and read from there: one model for all of it."""

import json
import math
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from rankcollapse.claims.statements import Entry, Statement
from rankcollapse.errors import UserError
from rankcollapse.statistics.intervals import Interval
from rankcollapse.storage.files import cure, read_json, write_json

Verdict = Literal["reproduced", "refuted", "inconclusive", "not_run"]
Relation = Literal["<", ">="]


class Condition(Entry):
    """One quantity that must lie on one side of a threshold."""

    quantity: str
    """what was measured, with its units; `{}` stands for the point. It never depends on what was found"""
    at: str | None = None
    """the point: of several the one that decides"""
    verdict: Verdict
    """`reproduced` if the whole interval is on the claim's side, `refuted` if it is all on the other side; else, and
    where `because` says why, `inconclusive`"""
    because: str | None = None
    """what would decide it, where it is open for another reason than its own interval"""
    estimate: float
    ci_low: float | None
    """end of the 95% interval; None if it is infinite"""
    ci_high: float | None
    relation: Relation
    """the side of the threshold on which the claim holds"""
    threshold: float
    n: int
    """independent runs behind the estimate"""

    @property
    def text(self) -> str:
        """What was measured, and at which point."""
        return self.quantity.replace("{}", str(self.at))

    @property
    def interval(self) -> Interval:
        """The estimate with its interval."""
        return _interval(self)

    @property
    def margin(self) -> float:
        """Distance of the unfavourable end of the interval from the threshold; positive if the claim holds."""
        return self.threshold - self.interval.high if self.relation == "<" else self.interval.low - self.threshold


class Claim(Statement):
    """A claim with its verdict: an entry of claims.json. The worst of its conditions gives it its numbers."""

    quantity: str | None = None
    verdict: Verdict
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    relation: Relation | None = None
    threshold: float | None = None
    n: int = 0
    to_decide: str | None
    """what would decide it; None if it is decided"""
    conditions: list[Condition]

    @property
    def interval(self) -> Interval | None:
        """The estimate with its interval; None where nothing was measured."""
        return None if self.estimate is None else _interval(self)


def _interval(record: Condition | Claim) -> Interval:
    low = -math.inf if record.ci_low is None else record.ci_low
    high = math.inf if record.ci_high is None else record.ci_high
    return Interval(record.estimate, low, high, record.n)


_CLAIMS = TypeAdapter(list[Claim])


def write_claims(claims: list[Claim], path: Path) -> None:
    """Write claims.json, whole or not at all."""
    write_json(path, _CLAIMS.dump_python(claims))


def read_claims(path: Path) -> list[Claim]:
    """The entries of a claims.json.

    Raises:
        UserError: it is not one, it holds no claim, or one twice.
    """
    try:
        values = read_json(path)
        json.dumps(values, allow_nan=False)  # as write_claims refuses what is not finite
        found = _CLAIMS.validate_python(values)
    except ValueError:  # of json, or of pydantic
        raise UserError(f"{path} is not the claims.json of a run of this version. {cure(path)}") from None
    ids = [claim.id for claim in found]
    if not ids:
        raise UserError(f"{path} holds no claim; the claims.json of a run holds all of them. {cure(path)}")
    if twice := [id for id in ids if ids.count(id) > 1]:
        raise UserError(f"{path} holds the claim {twice[0]} twice. {cure(path)}")
    return found
