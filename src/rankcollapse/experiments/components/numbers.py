"""The numbers of Figure 5 that the paper's text quotes."""

import pandas as pd

from rankcollapse.datasets.catalogue import find
from rankcollapse.experiments.components.summary import (
    CENTRAL,
    DEFAULT,
    ROUNDING,
    label,
    last,
    networks,
    of,
    ordering,
    variants,
)
from rankcollapse.intervals import Interval, mean_interval
from rankcollapse.numbers import escape, interval, number


def _text(found: Interval | pd.Series | None) -> str:
    """An interval, or that of the mean of some networks; "--" for none."""
    if isinstance(found, pd.Series):
        found = mean_interval(found) if len(found) else None
    return "--" if found is None else interval(*found[:3])


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    blocks, depths, training = (frames[f"components.{part}"] for part in ("blocks", "depths", "training"))
    final = pd.concat(networks(training, architecture) for architecture in training["architecture"].unique())
    sizes, image = training["step_size"], find(training["dataset"].iloc[0])
    moved = "moved and mirrored at random" if training["augmentation"].iloc[0] else "as they are"
    cells = final.groupby(["architecture", "normalization", "initialization"])["step_size"].first()
    found = {
        "components.dataset": escape(image.title),
        "components.padded": "padded from 28 to 32 pixels" if image.shape[1] < 32 else "of 32 pixels",
        "components.rounding": number(ROUNDING),
        "components.steps": number(training.loc[training["phase"] == "final", "step"].max()),
        "components.augmentation": moved,
        "components.edge": number(int(((cells == sizes.min()) | (cells == sizes.max())).sum())),
        "components.cells": number(len(cells)),
        "components.speed": _text(ordering(networks(training, CENTRAL), "mean_loss")),
        "components.ordering": _text(ordering(networks(training, CENTRAL), "final_accuracy")),
        "components.networks": number(len(final)),
        "components.diverged": number(int(final["diverged"].sum())),
        "components.rows": "\n".join(_rows(blocks, training)),
    }
    for name, variant in (
        ("none", ("none", DEFAULT)),
        ("bn", ("full", DEFAULT)),
        ("center", ("center", DEFAULT)),
        ("he", ("none", "he_normal")),
        ("pretrained", ("none", "pretrained")),
        ("one_signed", ("full", "one_signed")),
    ):
        for architecture in (CENTRAL, "resnet50"):
            for key, measure in (("rank", "numerical_rank"), ("ratio", "participation_ratio")):
                values = last(blocks, architecture, variant, measure)
                found[f"components.{architecture}.{name}.{key}"] = _text(values)
        accuracy = of(networks(training, CENTRAL), CENTRAL, variant)["final_accuracy"]
        found[f"components.{CENTRAL}.{name}.accuracy"] = _text(accuracy)
        for family in ("vgg", "resnet"):
            names = [name for name in depths["architecture"].unique() if name.startswith(family)]
            deepest = max(names, key=lambda name: int(name.removeprefix(family)), default="")
            found[f"components.deepest.{family}.{name}"] = _text(last(depths, deepest, variant, "participation_ratio"))
    return found


def _rows(blocks: pd.DataFrame, training: pd.DataFrame) -> list[str]:
    """The rows of the paper's table: one a variant that was trained."""
    rows = []
    for architecture in dict.fromkeys(training["architecture"]):
        for variant in variants(training):
            runs = of(networks(training, architecture), architecture, variant)
            if runs.empty:
                continue
            cells = [
                escape(architecture.replace("vgg", "VGG-").replace("resnet", "ResNet-")),
                label(variant),
                _text(last(blocks, architecture, variant, "numerical_rank")),
                _text(runs["ratio"].dropna()),
                number(runs["step_size"].iloc[0]),
                _text(runs["final_accuracy"]),
            ]
            rows.append(" & ".join(cells) + r" \\")
    return rows
