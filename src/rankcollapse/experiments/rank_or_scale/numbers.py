"""The numbers of rank and scale, set apart, that the paper's text quotes."""

import itertools
import math

import pandas as pd

from rankcollapse.datasets.catalogue import find
from rankcollapse.experiments.components.cells import Variant
from rankcollapse.experiments.components.summary import BN, CENTRAL, PLAIN, bounds_of, last, networks, of
from rankcollapse.experiments.rank_or_scale.claims import BETTER, FIGURE_1
from rankcollapse.experiments.rank_or_scale.summary import (
    FACTORIAL,
    KINDS,
    RANKS,
    Limit,
    accuracy_gain,
    bounds,
    by_depth,
    by_seed,
    final,
    limits,
    rank_is_lost,
    shown_depths,
)
from rankcollapse.experiments.trainability.claims import CHANCE_ACCURACY
from rankcollapse.report.numbers import escape, interval, number
from rankcollapse.statistics.intervals import SHARE, Interval, difference_interval, mean_interval

HE, LIFTED = Variant("none", "he_normal"), Variant("none", "pretrained")


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX; "--" for what was not run. VGG-19's need the frames of `components` too."""
    states, frame = frames["rank_or_scale.states"], frames["rank_or_scale.training"]
    runs, grid = final(frame), frame["step_size"]
    learned = runs[runs["final_accuracy"] >= CHANCE_ACCURACY]
    depths = shown_depths(frame) or [FIGURE_1]
    found = {
        "dataset": escape(find(frame["dataset"].iloc[0]).title),
        "margin": number(BETTER),
        "steps": number(int(runs["step"].max())),
        "networks": number(len(runs)),
        "learned": number(len(learned)),
        "edge": number(int(learned["step_size"].isin([grid.min(), grid.max()]).sum())),
        "central": number(FIGURE_1),
        "shallow": number(depths[0]),
        "deep": number(depths[-1]),
        "lost.measured": number(rank_is_lost(states, "numerical_rank")),
        "lost.predicted": number(rank_is_lost(states, "predicted_rank")),
    }
    with_biases = sorted(frame[frame["network"] == "default"]["depth"].unique())
    for name, depth in itertools.zip_longest(("first", "second", "third"), with_biases[:3]):
        found[f"biases.{name}.depth"] = number(depth)
        found[f"biases.{name}"] = interval(_gain(frame, depth, ("without_biases", "drawn"), ("default", "drawn")))
        held = by_seed(frame, "default", depth, "drawn", "held", "final_accuracy")
        found[f"biases.{name}.with"] = interval(mean_interval(held, SHARE) if len(held) else None)
        ranks = states[(states["network"] == "default") & (states["depth"] == depth)]["numerical_rank"]
        found[f"biases.{name}.rank"] = number(ranks.mean())
    for name, depth in (("shallow", depths[0]), ("deep", depths[-1])):
        for rank in RANKS:
            ranks = by_seed(frame, FACTORIAL, depth, rank, "held", "numerical_rank")
            found[f"{name}.{rank}.numerical"] = number(round(ranks.mean(), 1))
        found |= {f"{name}.{key}": interval(value) for key, value in factorial(frame, depth).items()}
    reached = limits(frame)
    for network in KINDS:
        found[f"{network}.rank"] = interval(by_depth(states, network, "numerical_rank").get(FIGURE_1))
        learned, failed, predicted = reached.get(network, Limit(None, None, None))
        found[f"{network}.predicted"] = number(predicted and float(f"{predicted:.2g}"))
        found |= {f"{network}.learned": number(learned), f"{network}.failed": number(failed)}
    found["bn.growth"] = number(_growth(states, "bn"))
    found |= _prediction(states)
    if {"components.training", "components.blocks"} <= frames.keys():
        found |= _convolutional(frames)
    return {f"rank_or_scale.{name}": value for name, value in found.items()}


def _gain(frame: pd.DataFrame, depth: int, better: tuple[str, str], worse: tuple[str, str]) -> Interval | None:
    """Accuracy gained at equal scale, within seeds, between two kinds and ranks; None if one was not trained."""
    sides = [(network, rank, "held") for network, rank in (better, worse)]
    there = all(len(by_seed(frame, network, depth, *how, "final_accuracy")) for network, *how in sides)
    return accuracy_gain(frame, depth, *sides) if there else None


def factorial(frame: pd.DataFrame, depth: int) -> dict[str, Interval | None]:
    """The table of rank by scale at a depth: r before training, accuracies, and what was gained within seeds."""
    found: dict[str, Interval | None] = {}
    for rank in RANKS:
        here = {scale: by_seed(frame, FACTORIAL, depth, rank, scale, "final_accuracy") for scale in ("drawn", "held")}
        ratio = by_seed(frame, FACTORIAL, depth, rank, "held", "participation_ratio")
        there = all(len(values) for values in here.values())
        found[f"{rank}.ratio"] = mean_interval(ratio, bounds(frame, "participation_ratio")) if there else None
        for scale, values in here.items():
            found[f"{rank}.{scale}"] = mean_interval(values, SHARE) if there else None
        if rank != "drawn":
            sides = [(FACTORIAL, each, "held") for each in (rank, "drawn")]
            found[f"{rank}.held.by_rank"] = accuracy_gain(frame, depth, *sides) if there else None
        sides = [(FACTORIAL, rank, scale) for scale in ("held", "drawn")]
        found[f"{rank}.by_scale"] = accuracy_gain(frame, depth, *sides) if there else None
    return found


def _growth(states: pd.DataFrame, network: str) -> float:
    """Factor a layer by which the squared gradient grows towards the input, over the last layers, 16 or more."""
    norms = states[states["network"] == network].pivot(index="seed", columns="depth", values="gradient_norm")
    if norms.empty:
        return math.nan
    deepest = norms.columns.max()
    above = max((depth for depth in norms.columns if depth <= deepest - 16), default=norms.columns.min())
    factors = (norms[above] / norms[deepest]) ** (2 / max(deepest - above, 1))
    return float(factors.median())


def _prediction(states: pd.DataFrame) -> dict[str, str]:
    """How far the predicted rank is from the measured one, over the depths of Figure 1: the default, and all others."""
    shown = states[states["depth"] <= FIGURE_1].dropna(subset=["numerical_rank", "predicted_rank"])
    means = shown.groupby(["network", "depth"])[["numerical_rank", "predicted_rank"]].mean()
    off = (means["numerical_rank"] - means["predicted_rank"]).abs()
    default = off.index.get_level_values("network") == "default"
    return {
        "prediction.difference": number(round(off[default].max(), 1)),
        "prediction.others": number(round(off[~default].max(), 1)),
        "prediction.depths": number(int(default.sum())),
    }


def _convolutional(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Rank and scale in VGG-19 without normalization: PyTorch's default, He's weights, and these after pre-training."""
    training, blocks = networks(frames["components.training"], CENTRAL).set_index("seed"), frames["components.blocks"]
    starts = {"he": HE, "lifted": LIFTED, "default": PLAIN, "bn": BN}
    accuracy = {name: of(training, CENTRAL, variant)["final_accuracy"] for name, variant in starts.items()}
    gains = {"scale": ("he", "default"), "rank": ("lifted", "he"), "normalization": ("bn", "he")}
    found: dict[str, Interval | None] = {}
    for name, (better, worse) in gains.items():
        there = not (accuracy[better].empty or accuracy[worse].empty)
        sides = (accuracy[better], accuracy[worse])
        found[f"vgg.gain.{name}"] = difference_interval(*sides, SHARE) if there else None
    for name in ("default", "he"):
        rank = last(blocks, CENTRAL, starts[name], "numerical_rank")
        found[f"vgg.{name}.rank"] = None if rank is None else mean_interval(rank, bounds_of(blocks))
    for name in ("he", "lifted"):
        ratio = last(blocks, CENTRAL, starts[name], "participation_ratio")
        found[f"vgg.{name}.ratio"] = None if ratio is None else mean_interval(ratio)
    return {name: interval(value) for name, value in found.items()}
