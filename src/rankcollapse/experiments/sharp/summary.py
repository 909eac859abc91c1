"""Number of neutral exponents, from the chains' spectra."""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch

from rankcollapse.intervals import Interval, mean_interval
from rankcollapse.lyapunov import Spectrum

KEYS = ["gamma", "weights", "normalization"]


class Neutral(NamedTuple):
    """`count`: exponents compatible with zero; `edge`: where the exponents, followed down, cross zero."""

    count: int
    edge: Interval


def spectrum(frame: pd.DataFrame) -> Spectrum:
    """The spectrum of one kind of network of one width."""
    chains = torch.tensor(frame.pivot(index="chain", columns="index", values="exponent").to_numpy())
    return Spectrum(chains.mean(0), chains.std(0) / math.sqrt(len(chains)), chains)


def neutral(frame: pd.DataFrame) -> Neutral:
    """Count of neutral exponents, and the edge: below it the exponents fall almost linearly with their index.

    The edge is the index at which the line through the exponents after the neutral ones, as many as a quarter of the
    neutral ones but at least three, crosses zero; one value a chain.
    """
    found = spectrum(frame)
    count = found.neutral
    chains = found.chains.numpy()
    used = slice(count, count + max(3, count // 4))
    index = np.arange(1, chains.shape[1] + 1)[used]
    if len(index) < 2:
        return Neutral(count, Interval(float(count), -math.inf, math.inf, len(chains)))
    lines = np.polyfit(index, chains[:, used].T, 1)
    return Neutral(count, mean_interval(-lines[1] / lines[0]))


def by_width(frame: pd.DataFrame, **family: str) -> dict[int, Neutral]:
    """Neutral exponents of one kind of network, for each width."""
    for key, value in family.items():
        frame = frame[frame[key] == value]
    return {int(width): neutral(group) for width, group in frame.groupby("width")}
