"""Summaries of the frames that figure, judge and numbers of this experiment share."""

from typing import NamedTuple, get_args

import pandas as pd

from rankcollapse.experiments.rank_or_scale.cells import Network
from rankcollapse.experiments.rank_or_scale.claims import FIGURE_1
from rankcollapse.experiments.trainability.claims import CHANCE_ACCURACY, COLLAPSED_RANK, DEEP
from rankcollapse.statistics.estimates import estimates, intervals
from rankcollapse.statistics.intervals import SHARE, Bounds, Interval, difference_interval, rank_bounds
from rankcollapse.theory.depth_limits import BN_GRADIENT, DEFAULT_SIGNAL, GLOROT_SIGNAL, geometric_limit

KINDS = get_args(Network)
FACTORIAL = "glorot"  # the kind of network whose rank and scale are both set
RANKS = ("drawn", "last", "layerwise")


def final(frame: pd.DataFrame) -> pd.DataFrame:
    """The networks with the step size that each took; accuracy of one that diverged is that of its last state."""
    return frame[frame["phase"] == "final"]


def bounds(frame: pd.DataFrame, measure: str) -> Bounds | None:
    """The bounds of a measure of MLPs of a frame."""
    if measure == "final_accuracy":
        return SHARE
    counted = measure == "numerical_rank"
    return rank_bounds(int(frame[["width", "batch_size"]].min(axis=None))) if counted else None


def by_seed(frame: pd.DataFrame, network: str, depth: int, rank: str, scale: str, measure: str) -> pd.Series:
    """A measure of networks, before or after training, by seed; empty if there are none."""
    runs = final(frame)
    asked = {"network": network, "depth": depth, "rank": rank, "scale": scale}
    for column, value in asked.items():
        runs = runs[runs[column] == value]
    return runs.set_index("seed")[measure]


def varied(frame: pd.DataFrame, network: str, scale: str = "held") -> list[int]:
    """The depths at which networks of a kind were trained with that scale."""
    runs = final(frame)
    return sorted(set(runs.loc[(runs["network"] == network) & (runs["scale"] == scale), "depth"].tolist()))


def shown_depths(frame: pd.DataFrame) -> list[int]:
    """The least and greatest depth at which rank and scale are varied: of those in Figure 1 if there are any."""
    depths = varied(frame, FACTORIAL)
    depths = [depth for depth in depths if DEEP <= depth <= FIGURE_1] or depths
    return depths[:1] + depths[-1:]


def accuracy_gain(frame: pd.DataFrame, depth: int, better: tuple[str, ...], worse: tuple[str, ...]) -> Interval:
    """Final accuracy of networks less that of others, each named by kind, rank and scale, within seeds of both."""
    pair = [by_seed(frame, network, depth, rank, scale, "final_accuracy") for network, rank, scale in (better, worse)]
    both = pair[0].index.intersection(pair[1].index)
    return difference_interval(pair[0].loc[both], pair[1].loc[both], SHARE)


def by_depth(runs: pd.DataFrame, network: str, measure: str) -> dict[int, Interval]:
    """Mean and interval of a measure of networks as drawn, for each depth."""
    drawn = runs[runs["network"] == network].dropna(subset=measure)
    if "rank" in drawn:
        drawn = final(drawn)
        drawn = drawn[(drawn["rank"] == "drawn") & (drawn["scale"] == "drawn")]
    return intervals(estimates(drawn, "depth", measure, bounds(runs, measure)))


class Limit(NamedTuple):
    """How deep networks of a kind learn with the steps of a scale, and the law that says how deep they can."""

    learned: int | None
    """greatest depth tried at which their mean accuracy is not that of guessing"""
    failed: int | None
    """least depth tried, beyond that, at which it is"""
    predicted: float | None
    """depth at which what the law is about has changed by 2²⁴, as much as single precision holds; None if no law"""


LAWS = {"default": DEFAULT_SIGNAL, "without_biases": DEFAULT_SIGNAL, "glorot": GLOROT_SIGNAL, "bn": BN_GRADIENT}


def limits(training: pd.DataFrame) -> dict[str, Limit]:
    """The depths to which networks as drawn learn, by kind, of those that were trained."""
    found = {}
    for network in KINDS:
        law = geometric_limit(LAWS[network]) if network in LAWS else None
        if accuracy := {depth: mean.estimate for depth, mean in by_depth(training, network, "final_accuracy").items()}:
            learned = max((depth for depth, mean in accuracy.items() if mean >= CHANCE_ACCURACY), default=None)
            failed = min((depth for depth in accuracy if learned is None or depth > learned), default=None)
            found[network] = Limit(learned, failed, law)
    return found


def rank_is_lost(states: pd.DataFrame, column: str) -> int | None:
    """The least depth at which the mean numerical rank of PyTorch's default, measured or predicted, is one line's."""
    means = states[states["network"] == "default"].groupby("depth")[column].mean()
    return min(means.index[means < COLLAPSED_RANK].tolist(), default=None)
