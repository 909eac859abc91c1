"""Summaries of the frames of Figure 5 that its figure, its claims and its numbers share."""

from typing import Literal

import numpy as np
import pandas as pd

from rankcollapse.intervals import Interval, mean_interval, rank_correlation

CENTRAL = "vgg19"  # the paper's network: claims are about it
DEFAULT = "torch_default"
ROUNDING = 1e-7  # r - 1 of a state of rank one in single precision
LABELS = {
    ("full", DEFAULT): "BN",
    ("scale", DEFAULT): "scale only",
    ("center", DEFAULT): "center only",
    ("none", DEFAULT): "none",
    ("layer", DEFAULT): "layer norm",
    ("group", DEFAULT): "group norm",
    ("weight", DEFAULT): "weight norm",
    ("none", "he_normal"): "none, He",
    ("none", "pretrained"): "none, pre-trained",
    ("full", "one_signed"): "BN, one sign",
}


def label(variant: tuple[str, str]) -> str:
    """Name of a variant, (normalization, initialization), for readers."""
    return LABELS.get(variant, ", ".join(variant).replace("_", " "))


def variants(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """The variants, (normalization, initialization), in a frame; those with a label of their own first."""
    present = dict.fromkeys(zip(frame["normalization"], frame["initialization"], strict=True))
    return [variant for variant in LABELS if variant in present] + [v for v in present if v not in LABELS]


def of(frame: pd.DataFrame, architecture: str, variant: tuple[str, str]) -> pd.DataFrame:
    """The rows of one variant of an architecture."""
    normalization, initialization = variant
    return frame[
        (frame["architecture"] == architecture)
        & (frame["normalization"] == normalization)
        & (frame["initialization"] == initialization)
    ]


def last(frame: pd.DataFrame, architecture: str, variant: tuple[str, str], measure: str) -> pd.Series | None:
    """A measure of the last hidden state, by seed; None if it was not measured, or is not finite for some seed.

    Args:
        frame: components.blocks or components.depths.
        architecture: network.
        variant: normalization and initialization.
        measure: "participation_ratio" or "numerical_rank".
    """
    rows = of(frame, architecture, variant)
    values = rows[rows["block"] == rows["blocks"]].set_index("seed")[measure]
    return None if values.empty or values.isna().any() else values


def excess(frame: pd.DataFrame, architecture: str, variant: tuple[str, str]) -> dict[int, Interval]:
    """Mean and interval of log10(r - 1) after every block; what single precision cannot tell from zero is `ROUNDING`.

    Arguments are those of `last`; states that are not finite are left out.
    """
    rows = of(frame, architecture, variant).dropna(subset="participation_ratio")
    logarithm = np.log10((rows["participation_ratio"] - 1).clip(lower=ROUNDING))
    return {int(block): mean_interval(group) for block, group in logarithm.groupby(rows["block"])}


def networks(frame: pd.DataFrame, architecture: str) -> pd.DataFrame:
    """One row a finally trained network: variant, seed, step size, r before training, mean loss, final accuracy.

    A network that diverged has an infinite mean loss.

    Args:
        frame: components.training.
        architecture: network.
    """
    frame = frame[(frame["phase"] == "final") & (frame["architecture"] == architecture)]
    names = ["architecture", "normalization", "initialization", "seed"]
    start = frame[frame["step"] == 0].set_index(names)["participation_ratio"].rename("ratio")
    losses = frame[frame["step"] > 0].assign(loss=lambda rows: rows["loss"].fillna(np.inf)).groupby(names)["loss"]
    end = frame[frame["step"] == frame["step"].max()].set_index(names)[["step_size", "final_accuracy", "diverged"]]
    return end.join(start).join(losses.mean().rename("mean_loss")).reset_index()


def course(frame: pd.DataFrame, architecture: str, variant: tuple[str, str]) -> dict[float, Interval]:
    """Mean and interval of the training loss at the recorded epochs; networks that diverged are left out."""
    runs = of(frame[frame["phase"] == "final"], architecture, variant).dropna(subset="loss")
    epochs = runs["step"] / runs["steps_an_epoch"]
    return {float(at): mean_interval(group["loss"]) for at, group in runs.groupby(epochs)}


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
