"""Number of neutral exponents, from the chains' spectra."""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch

from rankcollapse.experiments.surviving_directions.claims import CORRECTED, NARROWEST, THEORY
from rankcollapse.statistics.fits import combination, power_law
from rankcollapse.statistics.intervals import Interval, mean_interval
from rankcollapse.theory.lyapunov import spectrum_of

KEYS = ["gamma", "weights", "normalization"]


class Neutral(NamedTuple):
    """Neutral exponents.

    Attributes:
        count: exponents compatible with zero.
        edge: index at which the exponents, followed down, cross zero.
        edges: the edge of each chain; without exponents enough for a line, the count alone.
    """

    count: int
    edge: Interval
    edges: list[float]


def family(gamma: str, weights: str, normalization: str) -> str:
    """A family in words, as LaTeX."""
    strength = r"\infty" if gamma == "inf" else gamma
    return rf"{weights}, $\gamma={strength}$" + (", centred" if normalization == "full" else "")


def neutral(frame: pd.DataFrame) -> Neutral:
    """Neutral exponents of networks of one family and width.

    Below the neutral ones the exponents fall almost linearly with their index. The edge is the index at which the line
    through the exponents after the neutral ones, as many as a quarter of the neutral ones but at least three, crosses
    zero; one value a chain.
    """
    chains = torch.tensor(frame.pivot(index="chain", columns="index", values="exponent").to_numpy())
    count = spectrum_of(chains).neutral
    used = slice(count, count + max(3, count // 4))
    index = np.arange(1, chains.shape[1] + 1)[used]
    if len(index) < 2:
        return Neutral(count, Interval(float(count), -math.inf, math.inf, len(chains)), [float(count)])
    slopes, levels = np.polyfit(index, chains.numpy()[:, used].T, 1)
    edges = -levels / slopes
    return Neutral(count, mean_interval(edges), edges.tolist())


def by_width(frame: pd.DataFrame) -> dict[int, Neutral]:
    """Neutral exponents of networks of one family, for each width."""
    return {int(width): neutral(group) for width, group in frame.groupby("width")}


def by_family(frame: pd.DataFrame) -> dict[str, dict[int, Neutral]]:
    """Neutral exponents by family, in words, and width; families in the order of the frame."""
    return {family(*key): by_width(group) for key, group in frame.groupby(KEYS, sort=False)}


def of_theory(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of the family that the claim is on."""
    return frame[(frame[KEYS] == pd.Series(THEORY)).all(axis=1)]


def wide_edges(frame: pd.DataFrame) -> dict[int, Interval]:
    """The edges that the claim is on, by width."""
    return {width: found.edge for width, found in by_width(of_theory(frame)).items() if width >= NARROWEST}


FORMS = {"constant": lambda d: d**-0.5, "logarithm": np.log, "sixth": lambda d: d ** (1 / 6)}


def correction(edges: dict[int, Interval], form: str = "constant") -> tuple[list[Interval], float] | None:
    """The distance of the edge from 2 √d, at the wider widths, as a constant and a multiple of one of `FORMS`.

    Returns:
        Both coefficients, and the sum of squares of what is left in units of the errors; None for fewer than three.
    """
    gaps = {
        width: Interval(*(2 * width**0.5 - end for end in (edge.estimate, edge.high, edge.low)), edge.n)
        for width, edge in edges.items()
        if width >= CORRECTED
    }
    return combination(gaps, np.ones_like, FORMS[form]) if len(gaps) >= 3 else None


def exponent(edges: dict[int, Interval]) -> Interval | None:
    """Exponent of the edge in the width; None if there are fewer than three."""
    return power_law(edges) if len(edges) >= 3 else None
