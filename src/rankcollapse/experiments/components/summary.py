"""Summaries of the frames of Figure 5 that its figure, its judge and its numbers share."""

from typing import Literal

import numpy as np
import pandas as pd

from rankcollapse.experiments.components.cells import Variant
from rankcollapse.statistics.intervals import Bounds, Interval, rank_bounds, rank_correlation

CENTRAL = "vgg19"  # the paper's network: claims are about it
DEFAULT = "torch_default"
ROUNDING = 1e-7  # r - 1 of a state of rank one in single precision
PLAIN, BN, ONE_SIGNED = Variant("none", DEFAULT), Variant("full", DEFAULT), Variant("full", "one_signed")
LABELS = {
    BN: "BN",
    Variant("scale", DEFAULT): "scaling only",
    Variant("center", DEFAULT): "centring only",
    PLAIN: "none",
    Variant("layer", DEFAULT): "layer norm",
    Variant("group", DEFAULT): "group norm",
    Variant("weight", DEFAULT): "weight norm",
    Variant("none", "he_normal"): "none, He",
    Variant("none", "pretrained"): "none, pre-trained",
    ONE_SIGNED: "BN, one sign",
}


def label(variant: Variant) -> str:
    """Name of a variant for readers."""
    return LABELS.get(variant, ", ".join(variant).replace("_", " "))


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with a column `variant`, the names for readers."""
    pairs = zip(frame["normalization"], frame["initialization"], strict=True)
    return frame.assign(variant=[label(Variant(*pair)) for pair in pairs])


def variants(frame: pd.DataFrame) -> list[Variant]:
    """The variants in a frame; those with a label of their own first."""
    present = dict.fromkeys(map(Variant, frame["normalization"], frame["initialization"]))
    return [variant for variant in LABELS if variant in present] + [v for v in present if v not in LABELS]


def of(frame: pd.DataFrame, architecture: str, variant: Variant) -> pd.DataFrame:
    """The rows of one variant of an architecture."""
    normalization, initialization = variant
    return frame[
        (frame["architecture"] == architecture)
        & (frame["normalization"] == normalization)
        & (frame["initialization"] == initialization)
    ]


def last(frame: pd.DataFrame, architecture: str, variant: Variant, measure: str) -> pd.Series | None:
    """A measure of the last hidden state, by seed; None if it was not measured, or is not finite for some seed.

    Args:
        frame: components.blocks or components.depths.
        architecture: network.
        variant: of the network.
        measure: "participation_ratio" or "numerical_rank".
    """
    rows = of(frame, architecture, variant)
    values = rows[rows["block"] == rows["blocks"]].set_index("seed")[measure]
    return None if values.empty or values.isna().any() else values


def bounds_of(blocks: pd.DataFrame) -> Bounds:
    """The bounds of the rank of a last hidden state: the least of its features and of the images in the batch."""
    ends = blocks[blocks["block"] == blocks["blocks"]]
    return rank_bounds(int(ends[["features", "probe_size"]].min(axis=None)))


def excess(ratio: pd.Series) -> pd.Series:
    """`r - 1`; what single precision cannot tell from zero is `ROUNDING`."""
    return (ratio - 1).clip(lower=ROUNDING)


def courses(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """One row a network that was trained: r before training, mean loss of the training, loss and accuracy of its end.

    The loss of a network that diverged is infinite.

    Args:
        frame: has the columns of `training.history`.
        names: the columns that tell networks apart; the index of the result.
    """
    start = frame[frame["step"] == 0].set_index(names)["participation_ratio"]
    rows = frame[frame["step"] > 0].assign(loss=lambda rows: rows["loss"].fillna(np.inf)).sort_values("step")
    runs = rows.groupby(names)
    ends = {"final_loss": runs["loss"].last(), "last_accuracy": runs["accuracy"].last()}
    return pd.DataFrame({"ratio": start, "mean_loss": runs["loss"].mean()} | ends)


def networks(frame: pd.DataFrame, architecture: str) -> pd.DataFrame:
    """One row a finally trained network: variant, seed, step size, final accuracy, and what `courses` has.

    Args:
        frame: components.training.
        architecture: network.
    """
    frame = frame[(frame["phase"] == "final") & (frame["architecture"] == architecture)]
    names = ["architecture", "normalization", "initialization", "seed"]
    end = frame[frame["step"] == frame["step"].max()].set_index(names)[["step_size", "final_accuracy", "diverged"]]
    return end.join(courses(frame, names)).sort_index().reset_index()


def ordering(table: pd.DataFrame, by: Literal["mean_loss", "final_accuracy"]) -> Interval | None:
    """Spearman's correlation of r before training with less mean loss, or with final accuracy, over some networks.

    Weight normalization is left out: it starts as the network without, and would count that one twice. None where all
    networks are alike.

    Args:
        table: rows of `networks`.
        by: what stands for speed of training.
    """
    table = table.dropna(subset="ratio")
    table = table[table["normalization"] != "weight"]
    try:
        return rank_correlation(table["ratio"], table[by] * (-1 if by == "mean_loss" else 1), table["seed"])
    except ValueError:
        return None
