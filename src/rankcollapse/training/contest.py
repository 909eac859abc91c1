"""Which step size serves a network best: all are tried on the network itself, and the worse half is dropped early.

Successive halving (Jamieson & Talwalkar 2016): with `k` step sizes there are `log2 k` halvings, the last after half of
all steps, each of the others after half as many as the next. What stays is trained as if it had been alone.
"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

Row = dict[str, Any]


class Member(NamedTuple):
    """One network of an ensemble that is trained, at one step size."""

    variant: str
    step_size: float
    seed: int


class Leg(NamedTuple):
    """The steps on whose loss competitors are judged: the last quarter of those since the last halving."""

    first: int
    """steps done when it begins"""
    last: int
    """steps done when it ends, and competitors are dropped"""
    keep: int
    """competitors of each contest that stay"""


def legs(contests: Sequence[Hashable], steps: int, most: int | None = None) -> list[Leg]:
    """The halvings of a training; none where nothing competes.

    Args:
        contests: for each member the contest that it is in.
        steps: gradient steps of the training.
        most: times at which competitors are dropped, at most: with fewer than halvings, more are dropped each time, and
            none before so many steps that the first of these times has come.
    """
    competitors = max(Counter(contests).values())
    halvings = math.ceil(math.log2(competitors))
    times = min(halvings, most or halvings)
    found: dict[int, Leg] = {}
    before = 0
    for number in range(1, times + 1):
        last = max(1, steps >> (times - number + 1))
        # where there are so few steps that two halvings come together, they are one
        first = found[last].first if last in found else last - max(1, (last - before) // 4)
        found[last] = Leg(first, last, math.ceil(competitors / 2 ** (number * halvings / times)))
        before = last
    return list(found.values())


def at_each(
    step_sizes: Sequence[float], variants: Sequence[str], seeds: Sequence[int]
) -> tuple[list[Member], list[int]]:
    """Each network at each step size, and the contest of each: the number of its network."""
    networks = [(variant, seed) for variant in variants for seed in seeds]
    members = [Member(variant, step, seed) for step in step_sizes for variant, seed in networks]
    return members, list(range(len(networks))) * len(step_sizes)


def best(losses: Sequence[float], step_sizes: Sequence[float], contests: Sequence[Hashable], keep: int) -> list[int]:
    """The members with the least loss of each contest; ties go to the smaller step size.

    Args:
        losses: one for each member; one that is not finite counts as infinite.
        step_sizes: of the members.
        contests: for each member the contest that it is in.
        keep: members of each contest that stay.

    Returns:
        Their numbers, ascending.
    """
    ranked: dict[Hashable, list[tuple[float, float, int]]] = {}
    for member, (loss, size, contest) in enumerate(zip(losses, step_sizes, contests, strict=True)):
        ranked.setdefault(contest, []).append((loss if math.isfinite(loss) else math.inf, size, member))
    return sorted(member for group in ranked.values() for *_, member in sorted(group)[:keep])
