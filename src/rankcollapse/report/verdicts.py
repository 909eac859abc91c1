"""Verdicts in words and colours, for the table on a terminal, the page and the comparison."""

from collections import Counter
from typing import get_args

from rankcollapse.claims.records import Claim, Condition, Verdict

COLOURS = {"reproduced": "green", "refuted": "red", "inconclusive": "yellow", "not_run": "dim"}


def interval_text(condition: Condition) -> tuple[str, str]:
    """The ends of a condition's interval; one that is infinite is left out."""
    return tuple("" if end is None else f"{end:.4g}" for end in (condition.ci_low, condition.ci_high))


def condition_texts(condition: Condition) -> list[str]:
    """A condition for readers: quantity, estimate, interval, relation and threshold, n."""
    low, high = interval_text(condition)
    return [
        condition.text,
        f"{condition.estimate:.4g}",
        f"{low} to {high}" if low or high else "",
        f"{condition.relation} {condition.threshold:.4g}",
        str(condition.n),
    ]


def counted(claims: list[Claim]) -> str:
    """How many claims have each verdict, in words."""
    counts = Counter(claim.verdict for claim in claims)
    return ", ".join(f"{counts[verdict]} {verdict.replace('_', ' ')}" for verdict in get_args(Verdict))
