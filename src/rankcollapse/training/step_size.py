"""The same search for a step size for every variant: a grid on some networks, then fresh networks with the best."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

Row = dict[str, Any]


class Member(NamedTuple):
    """One network of an ensemble that is trained."""

    variant: str
    step_size: float
    seed: int


def best_step_size(rows: list[Row]) -> float:
    """The step size with the least mean loss; a diverged network counts as an infinite loss, ties go to the smaller.

    Args:
        rows: search networks with their `step_size` and `final_loss` (None if diverged).
    """
    losses: dict[float, list[float]] = {}
    for row in rows:
        losses.setdefault(row["step_size"], []).append(math.inf if row["final_loss"] is None else row["final_loss"])
    return min(losses, key=lambda step: (sum(losses[step]) / len(losses[step]), step))


def search_then_train(
    train_members: Callable[[str, list[Member]], list[Row]],
    variants: list[str],
    step_sizes: list[float],
    search_seeds: int,
    seeds: int,
) -> list[Row]:
    """Choose a step size for each variant by final training loss, then train fresh networks with it.

    One with a diverged network is never chosen, unless all have one, and then the smallest is taken.

    Args:
        train_members: trains networks in the phase "search" or "final", and gives their rows, each with `variant`,
            `step_size` and `final_loss`; one row a network in the search, its `final_loss` None if it diverged.
        variants: what to search for separately.
        step_sizes: the grid, the same for all variants.
        search_seeds: networks of each variant for each step size.
        seeds: networks of each variant with the chosen step size.

    Returns:
        The rows of the search and of the final networks.
    """
    grid = [Member(name, step, seed) for name in variants for step in step_sizes for seed in range(search_seeds)]
    search = train_members("search", grid)
    best = {name: best_step_size([row for row in search if row["variant"] == name]) for name in variants}
    final = [Member(name, best[name], seed) for name in variants for seed in range(seeds)]
    return search + train_members("final", final)
