"""The summaries of Figure 5."""

import math

import pandas as pd
import pytest
from support.training_frames import of_vgg

from rankcollapse.experiments.components.cells import Variant
from rankcollapse.experiments.components.summary import excess, label, last, networks, ordering, variants
from rankcollapse.statistics.intervals import rank_correlation


def test_what_single_precision_cannot_tell_from_rank_one():
    found = excess(pd.Series([1.0, 1 - 1e-6, 1 + 1e-9, 1.7, math.nan]))
    assert list(found[:4]) == pytest.approx([1e-7, 1e-7, 1e-7, 0.7])
    assert math.isnan(found[4])


def test_the_last_state_counts_only_if_it_is_finite_for_every_seed():
    blocks = of_vgg()["components.blocks"]
    plain, missing = Variant("full", "torch_default"), Variant("layer", "torch_default")
    assert list(last(blocks, "vgg19", plain, "numerical_rank")) == [32, 31, 32, 31, 32]
    assert last(blocks, "vgg19", missing, "numerical_rank") is None
    assert last(blocks, "resnet50", plain, "numerical_rank") is None
    rows = blocks.index[(blocks["normalization"] == "full") & (blocks["seed"] == 2)]
    blocks.loc[rows[blocks.loc[rows, "block"] == 2], "participation_ratio"] = math.nan
    assert last(blocks, "vgg19", plain, "participation_ratio") is None
    assert last(blocks, "vgg19", plain, "numerical_rank") is not None


def test_variants_are_in_the_order_of_their_labels():
    frame = pd.DataFrame(
        [("group", "pretrained"), ("none", "torch_default"), ("full", "torch_default")],
        columns=["normalization", "initialization"],
    )
    found = variants(pd.concat([frame, frame]))
    assert [label(variant) for variant in found] == ["BN", "none", "group, pretrained"]


def test_weight_normalization_is_left_out_of_the_order_and_not_of_the_rest():
    training = of_vgg()["components.training"]
    table = networks(training, "vgg19")
    twin = table[table["normalization"] == "none"].assign(normalization="weight", mean_loss=0.0, final_accuracy=1.0)
    for by, speed in (("mean_loss", -table["mean_loss"]), ("final_accuracy", table["final_accuracy"])):
        expected = rank_correlation(table["ratio"], speed, table["seed"])
        assert ordering(table, by) == ordering(pd.concat([table, twin]), by) == expected
        assert ordering(pd.concat([table, twin.assign(normalization="layer")]), by) != expected
    assert ordering(table.assign(ratio=1.0), "mean_loss") is None
