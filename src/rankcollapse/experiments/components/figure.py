"""Draw Figure 5: rank and training of convolutional networks, with and without the components of BN."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rankcollapse.experiments.components.summary import CENTRAL, LABELS, excess, labelled, networks
from rankcollapse.report.style import VARIANTS, Look, curves, legend_below, logarithmic, panels, points

STYLES = [  # of the variants, in the order of their labels; others are in the paper's table only
    VARIANTS["bn"][1:],
    ("#56b4e9", "P"),
    ("#8c564b", "X"),
    VARIANTS["vanilla"][1:],
    ("#e377c2", "<"),
    ("#7f7f7f", ">"),
    ("#000000", "*"),
    VARIANTS["little"][1:],
    VARIANTS["pretrained"][1:],
    VARIANTS["one-signed"][1:],
]
LOOKS = {label: Look(label, *style) for label, style in zip(LABELS.values(), STYLES, strict=True)}
FAMILIES = {"vgg": ("VGG", "-"), "resnet": ("ResNet", "--")}
CURVE = {"hue": "variant", "looks": LOOKS, "markersize": 4.5}
BAND = CURVE | {"err_style": "band", "err_kws": {"linewidth": 0, "alpha": 0.15}}


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """Four panels: r through VGG-19, its training, accuracy against r before training, and r against depth."""
    training = frames["components.training"]
    architectures = list(dict.fromkeys(training["architecture"]))
    shown = CENTRAL if CENTRAL in architectures else architectures[0]
    with panels(2, 2, height=5.2) as (figure, axes):
        through, losses, scatter, deep = axes.flat
        _through(through, frames["components.blocks"], shown)
        final = labelled(training[(training["phase"] == "final") & (training["architecture"] == shown)])
        final = final.assign(epoch=final["step"] / final["steps_an_epoch"])
        curves(final, losses, x="epoch", y="loss", **CURVE)
        losses.set(xlabel="epochs", ylabel="training loss", title=f"{_name(shown)}, training")
        _scatter(scatter, training, shown)
        others = ", ".join(_name(architecture) for architecture in architectures if architecture != shown)
        scatter.set_title(_name(shown) + (f"; hollow: {others}" if others else ""))
        _deep(deep, frames["components.depths"])
        legend_below(figure, scatter, columns=5, fontsize=7)
    return figure


def _through(axes: Axes, blocks: pd.DataFrame, architecture: str) -> None:
    """Mean of the logarithm of r - 1 after every block, which is drawn where the axis is logarithmic before."""
    logarithmic(axes, "y")
    rows = labelled(blocks[blocks["architecture"] == architecture])
    curves(rows.assign(excess=excess(rows["participation_ratio"])), axes, x="block", y="excess", **BAND)
    axes.set(xlabel="block", ylabel="$r - 1$ at initialization", title=f"{_name(architecture)}, by block")


def _scatter(axes: Axes, training: pd.DataFrame, shown: str) -> None:
    """Accuracy against r - 1 before training, filled for one architecture and hollow for the others."""
    for architecture in dict.fromkeys(training["architecture"]):
        table = labelled(networks(training, architecture))
        table = table.assign(excess=excess(table["ratio"]))
        options = {} if architecture == shown else {"legend": False, "linewidth": 0.8}
        before = len(axes.collections)
        points(table, axes, x="excess", y="final_accuracy", hue="variant", looks=LOOKS, s=20, **options)
        for dots in axes.collections[before:] if architecture != shown else ():
            dots.set(edgecolor=dots.get_facecolor(), facecolor="none")
    axes.axhline(0.1, color="black", linestyle=":", linewidth=1)
    axes.set(xlabel="$r - 1$ before training", ylabel="training accuracy", ylim=(0, 1))
    logarithmic(axes, "x")


def _deep(axes: Axes, depths: pd.DataFrame) -> None:
    """Mean of the logarithm of r - 1 after the last block, for networks all of whose seeds have it finite."""
    logarithmic(axes, "y")
    rows = labelled(depths[depths["block"] == depths["blocks"]])
    rows = rows[rows.groupby(["architecture", "variant"])["participation_ratio"].transform(lambda r: r.notna().all())]
    rows = rows.assign(
        excess=excess(rows["participation_ratio"]), layers=rows["architecture"].str.extract(r"(\d+)").astype(int)
    )
    for family, (name, line) in FAMILIES.items():
        of_family = rows[rows["architecture"].str.startswith(family)]
        curves(of_family, axes, x="layers", y="excess", linestyle=line, legend=False, **BAND)
        axes.plot([], [], color="black", linestyle=line, label=name)
    axes.set(xlabel="layers that the network is named after", ylabel="$r - 1$ after the last block")
    axes.set_title("at initialization, by depth")
    axes.legend(loc="center right", bbox_to_anchor=(1, 0.75))


def _name(architecture: str) -> str:
    """`vgg19` as VGG-19."""
    family = architecture.rstrip("0123456789")
    return f"{FAMILIES[family][0]}-{architecture.removeprefix(family)}"
