"""Draw Figure 5: rank and training of convolutional networks, with and without the components of BN."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rankcollapse.experiments.components.summary import (
    CENTRAL,
    DEFAULT,
    ROUNDING,
    course,
    excess,
    label,
    last,
    networks,
    variants,
)
from rankcollapse.figures import COLOURS, STYLE, TEXT_WIDTH
from rankcollapse.intervals import Interval

RATIO = "participation_ratio"
STYLES = {
    ("full", DEFAULT): (COLOURS["bn"], "o"),
    ("scale", DEFAULT): ("#56b4e9", "P"),
    ("center", DEFAULT): ("#8c564b", "X"),
    ("none", DEFAULT): (COLOURS["vanilla"], "s"),
    ("layer", DEFAULT): ("#e377c2", "<"),
    ("group", DEFAULT): ("#7f7f7f", ">"),
    ("weight", DEFAULT): ("#000000", "*"),
    ("none", "he_normal"): (COLOURS["little"], "v"),
    ("none", "pretrained"): (COLOURS["pretrained"], "^"),
    ("full", "one_signed"): (COLOURS["one-signed"], "D"),
}
FAMILIES = {"vgg": ("VGG", "-"), "resnet": ("ResNet", "--")}


def drawn(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """The variants in a frame that have a style; the others are in the paper's table only."""
    return [variant for variant in variants(frame) if variant in STYLES]


def _style(variant: tuple[str, str]) -> dict[str, str]:
    colour, marker = STYLES[variant]
    return {"color": colour, "marker": marker}


def _excess(axes: Axes, points: dict[int, Interval], **style: str) -> None:
    """Draw intervals of log10(r - 1) on a logarithmic axis."""
    middle, low, high = (10 ** np.array(ends) for ends in zip(*(point[:3] for point in points.values()), strict=True))
    axes.plot(list(points), middle, **style)
    axes.fill_between(list(points), low, high, color=style["color"], alpha=0.15, linewidth=0)


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Four panels: r through VGG-19, its training, accuracy against r before training, and r against depth."""
    blocks, depths, training = (frames[f"components.{part}"] for part in ("blocks", "depths", "training"))
    architectures = list(dict.fromkeys(training["architecture"]))
    shown = CENTRAL if CENTRAL in architectures else architectures[0]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(2, 2, figsize=(TEXT_WIDTH, 5.2))
        through, losses, scatter, deep = axes.flat
        for variant in drawn(blocks):
            if points := excess(blocks, shown, variant):
                _excess(through, points, **_style(variant))
        for variant in drawn(training):
            points = course(training, shown, variant)
            losses.plot(list(points), [point.estimate for point in points.values()], **_style(variant))
            for architecture in architectures:
                table = networks(training, architecture).set_index(["normalization", "initialization"])
                if variant not in table.index:
                    continue
                rows = table.loc[[variant]]
                scatter.plot(
                    (rows["ratio"] - 1).clip(lower=ROUNDING),
                    rows["final_accuracy"],
                    linestyle="",
                    markerfacecolor="none" if architecture != shown else None,
                    label=label(variant) if architecture == shown else None,
                    **_style(variant),
                )
        for family, (name, line) in FAMILIES.items():
            for variant in drawn(depths):
                points = {}
                for architecture in dict.fromkeys(depths["architecture"]):
                    if architecture.startswith(family) and last(depths, architecture, variant, RATIO) is not None:
                        found = excess(depths, architecture, variant)
                        points[int(architecture.removeprefix(family))] = found[max(found)]
                if points:
                    _excess(deep, dict(sorted(points.items())), linestyle=line, **_style(variant))
            deep.plot([], [], color="black", linestyle=line, label=name)
        through.set(xlabel="block", ylabel="$r - 1$ at initialization", yscale="log", title=f"{_name(shown)}, by block")
        losses.set(xlabel="epochs", ylabel="training loss", title=f"{_name(shown)}, training")
        scatter.axhline(0.1, color="black", linestyle=":", linewidth=1)
        scatter.set(xlabel="$r - 1$ before training", ylabel="training accuracy", xscale="log", ylim=(0, 1))
        others = ", ".join(_name(architecture) for architecture in architectures if architecture != shown)
        scatter.set_title(f"{_name(shown)}" + (f"; hollow: {others}" if others else ""))
        deep.set(xlabel="layers that the network is named after", ylabel="$r - 1$ after the last block", yscale="log")
        deep.set_title("at initialization, by depth")
        deep.legend(frameon=False, loc="center right", bbox_to_anchor=(1, 0.75))
        handles, labels = scatter.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=5, frameon=False, fontsize=7)
    return figure


def _name(architecture: str) -> str:
    """`vgg19` as VGG-19."""
    family = architecture.rstrip("0123456789")
    return f"{FAMILIES[family][0]}-{architecture.removeprefix(family)}"
