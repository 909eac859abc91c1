"""The judges of E7, E8, C9s and C11s on either side of their thresholds."""

import pytest
from support.rank_or_scale_frames import frames
from support.training_frames import of_vgg
from support.verdicts import verdicts

from rankcollapse.experiments.rank_or_scale.judge import judge_all
from rankcollapse.experiments.rank_or_scale.numbers import numbers
from rankcollapse.experiments.rank_or_scale.summary import shown_depths

GLOROT = {rank: ("glorot", rank) for rank in ("drawn", "last", "layerwise")}


def judged(claim, **changes):
    return next(found for found in judge_all(frames(**changes)) if found.id == claim)


def test_made_up_frames_in_which_all_claims_hold():
    assert verdicts(judge_all(frames(rank={"without_biases": 1, "glorot": 1, "he": 1}))) == {
        "E7": "reproduced",
        "E8": "reproduced",
        "C9s": "reproduced",
        "C11s": "reproduced",
    }


@pytest.mark.parametrize(
    ("held", "verdict", "decisive"),
    [
        ({GLOROT["last"]: (0.4, 4.0)}, "refuted", "accuracy gained by pre-training on the last state at equal scale"),
        ({GLOROT["last"]: (0.3, 4.0)}, "refuted", "accuracy gained by pre-training on the last state at equal scale"),
        ({GLOROT["last"]: (0.45, 4.0)}, "inconclusive", "accuracy gained by pre-training on the last state"),
        ({GLOROT["layerwise"]: (0.4, 4.0)}, "refuted", "accuracy gained by layer-wise pre-training at equal scale"),
        ({GLOROT["last"]: (0.6, 1.1)}, "inconclusive", "r after pre-training on the last state over r as drawn"),
        ({("default", "drawn"): (0.45, 1.0)}, "refuted", "accuracy without biases less with PyTorch's"),
    ],
)
def test_e7(held, verdict, decisive):
    claim = judged("E7", held=held)
    assert claim.verdict == verdict
    assert claim.quantity.startswith(decisive)


def test_e7_asks_for_every_depth():
    both, deep = judged("E7"), judged("E7", depths=(32,))
    assert (len(both.conditions), len(deep.conditions)) == (9, 5)
    assert {condition.at for condition in deep.conditions} == {None, "32"}


@pytest.mark.parametrize(("depths", "shown"), [((8, 16, 32, 64), [16, 32]), ((64, 128), [64, 128])])
def test_figure_and_table_show_the_depths_of_figure_1(depths, shown):
    assert shown_depths(frames(depths=depths)["rank_or_scale.training"]) == shown


@pytest.mark.parametrize(
    ("rank", "verdict"),
    [({"he": 80}, "refuted"), ({"default": 5}, "inconclusive")],
)
def test_e8(rank, verdict):
    assert judged("E8", rank={"without_biases": 1, "glorot": 1, "he": 1} | rank).verdict == verdict


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"held": {GLOROT["last"]: (0.4, 4.0)}}, "refuted"),  # not like BN
        ({"held": {GLOROT["drawn"]: (0.6, 1.05)}}, "refuted"),  # as well without
        ({"bn": 0.2}, "inconclusive"),
        ({"depths": (16,)}, "not_run"),
    ],
)
def test_c9s(changes, verdict):
    assert judged("C9s", **changes).verdict == verdict


def test_c11s():
    reversed_order = {GLOROT["last"]: (0.1, 4.0), GLOROT["layerwise"]: (0.15, 3.0), ("default", "drawn"): (0.6, 1.0)}
    assert judged("C11s", held=reversed_order).verdict == "refuted"
    assert judged("C11s", depths=(16,)).verdict == "not_run"


def test_without_varied_networks_nothing_is_judged():
    made = frames()
    training = made["rank_or_scale.training"]
    made["rank_or_scale.training"] = training[training["network"] == "bn"]
    found = verdicts(judge_all(made))
    assert [found[claim] for claim in ("E7", "C9s", "C11s")] == ["not_run"] * 3
    assert numbers(made | of_vgg())["rank_or_scale.deep.last.by_scale"] == "--"


def test_depths_are_told_as_they_are():
    found = numbers(frames(depths=(8, 127, 131)) | of_vgg())
    assert found["rank_or_scale.bn.learned"] == "131"
    assert [found[f"rank_or_scale.biases.{name}.depth"] for name in ("first", "second", "third")] == ["8", "127", "131"]
    assert found["rank_or_scale.biases.second.with"].startswith("0.10")
    few = numbers(frames(depths=(32,)) | of_vgg())
    assert [few[f"rank_or_scale.biases.{name}.depth"] for name in ("first", "second", "third")] == ["32", "--", "--"]
    assert few["rank_or_scale.biases.third"] == "--"


def test_the_numbers_are_those_of_the_frame():
    found = numbers(frames() | of_vgg())
    assert found["rank_or_scale.deep.last.held.by_rank"].startswith("0.2")
    assert found["rank_or_scale.deep.drawn.by_scale"].startswith("0.3")
    assert found["rank_or_scale.bn.learned"] == "32"
    assert found["rank_or_scale.deep.last.numerical"] == "60"
    assert found["rank_or_scale.default.learned"] == "--"
    assert found["rank_or_scale.default.rank"].startswith("1")
    assert found["rank_or_scale.vgg.default.rank"].startswith("1")
    assert found["rank_or_scale.vgg.gain.rank"] == "--"  # these made-up frames have no pre-trained networks
    assert (found["rank_or_scale.default.predicted"], found["rank_or_scale.lost.predicted"]) == ("19", "16")
    assert (found["rank_or_scale.bn.predicted"], found["rank_or_scale.residual.predicted"]) == ("87", "--")
