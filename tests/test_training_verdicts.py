"""What the judges say of Figures 4, 5 and 6, directional vanishing and two classes, on made-up results."""

import math

import numpy as np
import pandas as pd
import pytest

from rankcollapse.datasets.catalogue import catalogue
from rankcollapse.experiments.breaking import claims as breaking_claims
from rankcollapse.experiments.components import claims as components_claims
from rankcollapse.experiments.components import numbers as components_numbers
from rankcollapse.experiments.components.summary import course as components_course
from rankcollapse.experiments.components.summary import excess, of, ordering
from rankcollapse.experiments.components.summary import networks as networks_of_vgg
from rankcollapse.experiments.directions import claims as directions_claims
from rankcollapse.experiments.pairs import claims as pairs_claims
from rankcollapse.experiments.pretraining import claims as pretraining_claims
from rankcollapse.intervals import rank_correlation

SEEDS = range(4)


def verdicts(entries):
    return [entry["verdict"] for entry in entries]


def accuracies(depth=32, **values):
    return pd.DataFrame(
        {
            "phase": "final",
            "step": 10,
            "depth": depth,
            "variant": variant,
            "seed": seed,
            "final_accuracy": value + seed / 1e3,
        }
        for variant, value in values.items()
        for seed in SEEDS
    )


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"vanilla": 0.1, "pretrained": 0.8, "bn": 0.85}, "reproduced"),
        ({"vanilla": 0.1, "pretrained": 0.4, "bn": 0.45}, "refuted"),  # trains no better than that
        ({"vanilla": 0.1, "pretrained": 0.6, "bn": 0.85}, "refuted"),  # not like BN
        ({"vanilla": 0.5, "pretrained": 0.8, "bn": 0.85}, "refuted"),  # vanilla networks train as well
        ({"vanilla": 0.1, "pretrained": 0.8, "bn": 0.85, "depth": 15}, "not_run"),
    ],
)
def test_c9(values, verdict):
    assert verdicts(pretraining_claims.judge_all({"pretraining.training": accuracies(**values)})) == [verdict]


def course(ratios, losses):
    rows = []
    for seed in SEEDS:
        for variant in ratios:
            shared = {
                "variant": variant,
                "seed": seed,
                "steps_an_epoch": 5,
                "participation_ratio": ratios[variant] + seed / 1e3,
            }
            rows.append(shared | {"step": 0, "loss": None})
            rows += [shared | {"step": step, "loss": losses[variant] + seed / 1e3} for step in (5, 10)]
    return pd.DataFrame(rows)


RATIOS = {"bn": 7.0, "much": 3.0, "little": 2.0, "vanilla": 1.1, "one-signed": 1.0}
LOSSES = {"bn": 0.8, "much": 1.0, "little": 1.5, "vanilla": 2.2, "one-signed": 2.3}


VGG_VARIANTS = {"none": ("none", "torch_default"), "bn": ("full", "torch_default"), "one": ("full", "one_signed")}
VGG = {  # numerical rank, r, accuracy
    "none": (1, 1.0, 0.1),
    "bn": (32, 2.7, 0.8),
    "one": (2, 1.001, 0.1),
}


def test_the_rank_of_a_batch_is_at_most_its_size():
    frames = of_vgg()
    frames["components.blocks"]["probe_size"] = 11
    [entry] = components_claims.judge_all(frames)
    assert (entry["verdict"], "components.batch_size of at least 12" in entry["to_decide"]) == ("not_run", True)


def of_vgg(**changes):
    """The frames of Figure 5 that C10, C11 and C13 read, with values for each variant."""
    blocks, training = [], []
    for name, (normalization, initialization) in VGG_VARIANTS.items():
        if (values := (VGG | changes)[name]) is None:
            continue
        rank, ratio, accuracy = values
        shared = {"architecture": "vgg19", "normalization": normalization, "initialization": initialization}
        for seed in SEEDS:
            of_seed = shared | {"seed": seed, "width": 0.25}
            for block in (1, 2):
                at_block = {"block": block, "blocks": 2, "features": 128, "probe_size": 32}
                at_block |= {"numerical_rank": rank if block == 2 else 32}
                blocks.append(of_seed | at_block | {"participation_ratio": ratio})
            for step in (0, 5):
                row = {"phase": "final", "step": step, "participation_ratio": ratio + seed / 1e4, "diverged": False}
                row |= {"step_size": 0.1, "final_accuracy": accuracy + seed / 1e3 if step else None}
                row |= {"loss": 2.3 - 2 * accuracy if step else None}
                training.append(of_seed | row)
    return {"components.blocks": pd.DataFrame(blocks), "components.training": pd.DataFrame(training)}


@pytest.mark.parametrize(
    ("ratios", "losses", "vgg", "expected"),
    [
        ({}, {}, {}, ["reproduced", "reproduced"]),
        ({"one-signed": 6.0}, {}, {}, ["refuted", "refuted"]),  # rank does not fall: correlation 0.4
        ({}, {"one-signed": 0.9}, {}, ["refuted", "refuted"]),  # training does not stall
        ({}, {"bn": 2.3, "much": 2.2, "little": 1.5, "vanilla": 1.0, "one-signed": 0.8}, {}, ["refuted", "refuted"]),
        ({}, {"one-signed": math.inf}, {}, ["reproduced", "reproduced"]),  # diverged: stalled, and the slowest
        ({}, {"bn": math.inf}, {}, ["not_run", "refuted"]),
        ({}, {}, {"one": (20, 1.5, 0.1)}, ["refuted", "reproduced"]),  # VGG-19's rank does not fall
        ({}, {}, {"bn": (32, 2.7, 0.2)}, ["refuted", "reproduced"]),  # VGG-19 does not train anyway
        ({}, {}, {"one": (2, 1.001, 0.7)}, ["refuted", "reproduced"]),  # VGG-19's training does not stall
        ({}, {}, {"one": (2, 1.2, 0.2), "none": (1, 2.8, 0.1)}, ["reproduced", "refuted"]),  # not ordered by r
        ({}, {}, {"one": None}, ["not_run", "reproduced"]),
        ({}, {}, {"one": (math.nan, math.nan, 0.1)}, ["not_run", "reproduced"]),  # its last state is not finite
        ({}, {}, dict.fromkeys(VGG, (1, 1.0, 0.1)), ["refuted", "not_run"]),  # all alike
    ],
)
def test_c10_and_c11(ratios, losses, vgg, expected):
    frames = {"breaking.training": course(RATIOS | ratios, LOSSES | losses), **of_vgg(**vgg)}
    assert verdicts(breaking_claims.judge_all(frames)) == expected


@pytest.mark.parametrize(
    ("vgg", "verdict"),
    [
        ({}, "reproduced"),
        ({"none": (5, 1.0, 0.1)}, "refuted"),  # vanilla rank does not collapse
        ({"bn": (10, 1.7, 0.8)}, "refuted"),  # BN's rank is below the root of 128
        ({"none": (1, 1.0, 0.5)}, "refuted"),  # vanilla networks train
        ({"bn": (32, 1.7, 0.4)}, "refuted"),  # BN networks do not
        ({"none": None}, "not_run"),
        ({"none": (None, 1.0, 0.1)}, "not_run"),  # its last state is not finite: no earlier one counts
    ],
)
def test_c13(vgg, verdict):
    assert verdicts(components_claims.judge_all(of_vgg(**vgg))) == [verdict]


def test_summaries_of_figure_5():
    frames = of_vgg(none=(1, 1 + 1e-9, 0.1))
    blocks, training = frames["components.blocks"], frames["components.training"]
    flat, plain = (excess(blocks, "vgg19", VGG_VARIANTS[name])[2] for name in ("none", "bn"))
    assert flat[:3] == pytest.approx((-7, -7, -7))  # single precision cannot tell it from rank one
    assert plain[:3] == pytest.approx((np.log10(1.7),) * 3)
    one = of(blocks, "vgg19", VGG_VARIANTS["bn"])
    blocks.loc[one.index[one["block"] == 2], "participation_ratio"] = math.nan
    assert list(excess(blocks, "vgg19", VGG_VARIANTS["bn"])) == [1]
    training["steps_an_epoch"] = 2
    searched = training.assign(phase="search", loss=0.0)
    lost = training.assign(loss=training["loss"].mask((training["seed"] == 0) & (training["normalization"] == "none")))
    for name, (loss, n) in {"bn": (0.7, 4), "none": (2.1, 3)}.items():
        found = components_course(pd.concat([searched, lost]), "vgg19", VGG_VARIANTS[name])
        assert list(found) == [2.5]
        assert (found[2.5].estimate, found[2.5].n) == (pytest.approx(loss), n)


def test_weight_normalization_is_left_out_of_the_order_and_not_of_the_rest():
    training = of_vgg()["components.training"]
    table = networks_of_vgg(training, "vgg19")
    twin = table[table["normalization"] == "none"].assign(normalization="weight", mean_loss=0.0, final_accuracy=1.0)
    for by, speed in (("mean_loss", -table["mean_loss"]), ("final_accuracy", table["final_accuracy"])):
        expected = rank_correlation(table["ratio"], speed, table["seed"])
        assert ordering(table, by) == ordering(pd.concat([table, twin]), by) == expected
        assert ordering(pd.concat([table, twin.assign(normalization="layer")]), by) != expected
    assert ordering(table.assign(ratio=1.0), "mean_loss") is None


def test_step_sizes_at_the_edge_and_diverged_networks_are_counted():
    frames = of_vgg()
    training = frames["components.training"].assign(dataset="fashion-mnist-mini", augmentation=True)
    sizes = (
        training["normalization"].map({"none": 0.1, "full": 0.3}).mask(training["initialization"] == "one_signed", 1.0)
    )
    training["step_size"] = sizes
    training["diverged"] = (training["normalization"] == "none") & (training["seed"] < 3)
    search = training.assign(phase="search", diverged=True)
    for grid, edge in (([0.1, 0.3, 1.0], "2"), ([0.03, 0.1, 0.3, 1.0], "1"), ([0.03, 0.1, 0.3, 1.0, 3.0], "0")):
        searched = pd.concat([search.assign(step_size=size) for size in grid])
        found = components_numbers.numbers(
            frames
            | {"components.depths": frames["components.blocks"], "components.training": pd.concat([searched, training])}
        )
        assert [found[f"components.{name}"] for name in ("edge", "cells", "diverged", "networks")] == [
            edge,
            "3",
            "3",
            "12",
        ]


def cosines(vanilla, bn, deepest=32):
    return pd.DataFrame(
        {
            "variant": variant,
            "depth": depth,
            "seed": seed,
            "unit_cosine": value + seed / 1e4,
            "participation_ratio": ratio,
        }
        for variant, values in (("vanilla", vanilla), ("bn", bn))
        for depth, (value, ratio) in zip((0, deepest), values, strict=True)
        for seed in SEEDS
    )


@pytest.mark.parametrize(
    ("vanilla", "bn", "deepest", "verdict"),
    [
        (((0.7, 2.0), (0.999, 1.0)), ((0.3, 7.0), (0.31, 7.0)), 32, "reproduced"),
        (((0.7, 2.0), (0.9, 1.0)), ((0.3, 7.0), (0.31, 7.0)), 32, "refuted"),  # not collinear
        (((0.7, 2.0), (0.999, 1.0)), ((0.3, 7.0), (0.95, 7.0)), 32, "refuted"),  # with BN as well
        (((0.7, 5.0), (0.999, 7.0)), ((0.3, 2.0), (0.31, 2.1)), 32, "refuted"),  # not as rank falls
        (((0.7, 2.0), (0.999, 1.0)), ((0.3, 7.0), (0.31, 7.0)), 8, "not_run"),
    ],
)
def test_c12(vanilla, bn, deepest, verdict):
    frame = cosines(vanilla, bn, deepest)
    assert verdicts(directions_claims.judge_all({"directions.gradients": frame})) == [verdict]


@pytest.mark.parametrize(
    ("vanilla", "bn", "depths", "verdict"),
    [
        ((0.95, 0.5), (0.98, 0.95), (0, 32), "reproduced"),
        ((0.95, 0.9), (0.98, 0.95), (0, 32), "refuted"),  # it does learn
        ((0.95, 0.5), (0.98, 0.7), (0, 32), "refuted"),
        ((0.7, 0.5), (0.98, 0.95), (0, 32), "refuted"),  # nobody does
        ((0.95, 0.5), (0.98, 0.95), (0, 8), "not_run"),
    ],
)
def test_e6(vanilla, bn, depths, verdict):
    frame = pd.concat(accuracies(depth=depth, vanilla=v, bn=b) for depth, v, b in zip(depths, vanilla, bn, strict=True))
    assert verdicts(pairs_claims.judge_all({"pairs.training": frame})) == [verdict]


def test_the_paper_says_ten_classes():
    assert {entry.classes for entry in catalogue().values()} == {10}  # thresholds and chance level are about ten
