"""The numbers of Figure 5 that the paper's text quotes."""

import pandas as pd

from rankcollapse.datasets.catalogue import find
from rankcollapse.experiments.components import summary
from rankcollapse.experiments.components.cells import Variant
from rankcollapse.experiments.components.summary import CENTRAL, last, of
from rankcollapse.report.latex_rows import latex_rows
from rankcollapse.report.numbers import escape, interval, number
from rankcollapse.statistics.intervals import SHARE, Bounds, mean_interval

QUOTED = {
    "none": summary.PLAIN,
    "bn": summary.BN,
    "center": Variant("center", summary.DEFAULT),
    "he": Variant("none", "he_normal"),
    "pretrained": Variant("none", "pretrained"),
    "one_signed": summary.ONE_SIGNED,
}


def _mean(values: pd.Series | None, bounds: Bounds) -> str:
    """Mean and interval of some networks; "--" for none."""
    return interval(None if values is None or values.empty else mean_interval(values, bounds))


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    training = frames["components.training"]
    tables = {name: summary.networks(training, name) for name in training["architecture"].unique()}
    final, central = pd.concat(tables.values()), summary.networks(training, CENTRAL)
    sizes, image = training["step_size"], find(training["dataset"].iloc[0])
    moved = "moved and mirrored at random" if training["augmentation"].iloc[0] else "as they are"
    return {
        "components.dataset": escape(image.title),
        "components.padded": "padded from 28 to 32 pixels" if image.shape[1] < 32 else "of 32 pixels",
        "components.rounding": number(summary.ROUNDING),
        "components.steps": number(training.loc[training["phase"] == "final", "step"].max()),
        "components.augmentation": moved,
        "components.edge": number(int(final["step_size"].isin([sizes.min(), sizes.max()]).sum())),
        "components.speed": interval(summary.ordering(central, "mean_loss")),
        "components.ordering": interval(summary.ordering(central, "final_accuracy")),
        "components.networks": number(len(final)),
        "components.diverged": number(int(final["diverged"].sum())),
        "components.rows": latex_rows(_rows(frames["components.blocks"], tables)),
    } | _of_variants(frames["components.blocks"], frames["components.depths"], central)


def _of_variants(blocks: pd.DataFrame, depths: pd.DataFrame, central: pd.DataFrame) -> dict[str, str]:
    """Ranks and accuracies of the variants that the text names; `central` has the trained networks of the paper's."""
    found, ranks = {}, summary.bounds_of(blocks)
    for name, variant in QUOTED.items():
        for architecture in (CENTRAL, "resnet50"):
            for key, measure in (("rank", "numerical_rank"), ("ratio", "participation_ratio")):
                values = last(blocks, architecture, variant, measure)
                found[f"components.{architecture}.{name}.{key}"] = _mean(values, ranks)
        found[f"components.{CENTRAL}.{name}.accuracy"] = _mean(of(central, CENTRAL, variant)["final_accuracy"], SHARE)
        for family in ("vgg", "resnet"):
            names = [name for name in depths["architecture"].unique() if name.startswith(family)]
            deepest = max(names, key=lambda name: int(name.removeprefix(family)), default="")
            ratio = last(depths, deepest, variant, "participation_ratio")
            found[f"components.deepest.{family}.{name}"] = _mean(ratio, ranks)
    return found


def _rows(blocks: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> list[list[str]]:
    """The rows of the paper's table: one a variant that was trained; `tables` has the networks by architecture."""
    rows, ranks = [], summary.bounds_of(blocks)
    for architecture, table in tables.items():
        for variant in summary.variants(table):
            runs = of(table, architecture, variant)
            name = escape(architecture.replace("vgg", "VGG-").replace("resnet", "ResNet-"))
            rank, ratio = last(blocks, architecture, variant, "numerical_rank"), runs["ratio"].dropna()
            sizes = "--".join(number(size) for size in sorted({runs["step_size"].min(), runs["step_size"].max()}))
            means = [_mean(rank, ranks), _mean(ratio, ranks), sizes, _mean(runs["final_accuracy"], SHARE)]
            rows.append([name, summary.label(variant), *means])
    return rows
