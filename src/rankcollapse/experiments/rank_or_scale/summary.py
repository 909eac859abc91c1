"""Summaries of the frames that figure, judge and numbers of this experiment share."""

from typing import NamedTuple, get_args

import pandas as pd

from rankcollapse.experiments.rank_or_scale.cells import Network
from rankcollapse.experiments.trainability.claims import CHANCE_ACCURACY, COLLAPSED_RANK
from rankcollapse.statistics.estimates import estimates, intervals
from rankcollapse.statistics.intervals import SHARE, Bounds, Interval, difference_interval, rank_bounds
from rankcollapse.theory.depth_limits import BN_GRADIENT, DEFAULT_SIGNAL, GLOROT_SIGNAL, cosine_limit, geometric_limit

KINDS = get_args(Network)
FACTORIAL = "glorot"  # the kind of network whose rank and scale are both set
RANKS = ("drawn", "last", "layerwise")
MEASURES = ("numerical_rank", "participation_ratio", "centred_participation_ratio")


def final(frame: pd.DataFrame) -> pd.DataFrame:
    """The networks with the step size that each took; accuracy of one that diverged is that of its last state."""
    return frame[frame["phase"] == "final"]


def bounds(frame: pd.DataFrame, measure: str) -> Bounds | None:
    """The bounds of a measure of MLPs of a frame."""
    if measure == "final_accuracy":
        return SHARE
    return rank_bounds(int(frame[["width", "batch_size"]].min(axis=None))) if measure in MEASURES else None


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


def accuracy_gain(frame: pd.DataFrame, depth: int, better: tuple[str, ...], worse: tuple[str, ...]) -> Interval:
    """Final accuracy of networks less that of others, each named by kind, rank and scale, within the same seeds."""
    pair = [by_seed(frame, network, depth, rank, scale, "final_accuracy") for network, rank, scale in (better, worse)]
    return difference_interval(*pair, SHARE)


def by_depth(runs: pd.DataFrame, network: str, measure: str) -> dict[int, Interval]:
    """Mean and interval of a measure of networks as drawn, for each depth."""
    drawn = runs[runs["network"] == network]
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
    """depth beyond which the law leaves no signal in single precision; None if no law is known"""


def limits(states: pd.DataFrame, training: pd.DataFrame) -> dict[str, Limit]:
    """The depths to which networks as drawn learn, by kind, of those that were trained."""
    laws: dict[str, float | None] = dict.fromkeys(("he", "he_with_biases", "orthogonal", "layer_norm"), cosine_limit())
    laws |= {"without_biases": geometric_limit(DEFAULT_SIGNAL), "glorot": geometric_limit(GLOROT_SIGNAL)}
    laws |= {"bn": geometric_limit(BN_GRADIENT), "residual": None, "default": _rank_is_lost(states)}
    found = {}
    for network, law in laws.items():
        if accuracy := {depth: mean.estimate for depth, mean in by_depth(training, network, "final_accuracy").items()}:
            learned = max((depth for depth, mean in accuracy.items() if mean >= CHANCE_ACCURACY), default=None)
            failed = min((depth for depth in accuracy if learned is None or depth > learned), default=None)
            found[network] = Limit(learned, failed, law)
    return found


def _rank_is_lost(states: pd.DataFrame) -> float | None:
    """The least depth at which the predicted numerical rank of PyTorch's default is that of one line."""
    predicted = states[states["network"] == "default"].groupby("depth")["predicted_rank"].mean()
    return min(predicted.index[predicted < COLLAPSED_RANK].tolist(), default=None)
