"""E4: what each row of the deviations measures, on which side of its threshold, and the verdict over all of them."""

import functools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rankcollapse.claims import Condition
from rankcollapse.experiments.deviations import figure
from rankcollapse.experiments.deviations.claims import judge_all, stays
from rankcollapse.experiments.deviations.figure import draw
from rankcollapse.experiments.deviations.numbers import numbers
from rankcollapse.experiments.deviations.summary import Deviation, _first, _paired, _unpaired, deviations
from rankcollapse.intervals import Interval, mean_interval, rank_correlation

SEEDS = range(12)
JITTER = pd.Series(np.random.default_rng(0).normal(0, 0.01, 12))  # the same in all networks of a seed: pairs are exact

# As each quantity is measured our way and the release's way, all on the same side of its threshold.
VALUES = {
    "sgd": 0.8, "adam": 0.7, "step 0.01": 0.6, "step 1": 0.9, "sampled": 0.79, "population": 0.75, "first": 0.0,
    "bn relu": 9.0, "bn tanh": 12.0, "vanilla relu": 1.0, "vanilla tanh": 1.5,
    "participation_ratio": 0.6, "matrix_rank": 0.9, "above_1e-9": 0.7,
    "scaled vanilla": 0.1, "scaled pretrained": 0.8, "scaled bn": 0.85,
    "raw vanilla": 0.15, "raw pretrained": 0.7, "raw bn": 0.72,
    "full": (3.0, 0.8), "center": (2.5, 0.7), "scale": (1.5, 0.6), "none": (1.0, 0.1), "weight": (1.0, 0.9),
    "bn relu weights": (7.0, 0.8), "bn tanh weights": (6.0, 0.5), "one-signed relu weights": (1.0, 2.25),
    "one-signed tanh weights": (2.0, 2.2), "one-signed relu all": (1.4, 2.1), "one-signed tanh all": (1.5, 2.0),
}  # fmt: skip


def trained(accuracy, step=0.1, **others):
    """Rows of depth.*: those to be measured last, those that must not count (search, shallower, vanilla) before."""
    rows = []
    for seed in reversed(SEEDS):
        row = {"variant": "bn", "phase": "final", "depth": 32, "seed": seed, "step_size": step}
        row |= {name: value + JITTER[seed] for name, value in others.items()}
        row |= {"final_accuracy": accuracy + JITTER[seed]}
        wrong = [{"phase": "search"}, {"depth": 8}] + ([{"variant": "vanilla"}] if others else [])
        rows += [row | change | {"final_accuracy": 0.3} for change in wrong if step == 0.1 or "phase" not in change]
        rows.append(row)
    return rows


def frames(**changes):
    """The frames that the deviations read, the values of some quantities changed."""
    value = VALUES | {name.replace("_", " ") if name not in VALUES else name: v for name, v in changes.items()}
    depth = pd.DataFrame(
        trained(value["sgd"], sampled_accuracy=value["sampled"], population_accuracy=value["population"])
    )
    depth.loc[(depth["seed"] < 3) & (depth["final_accuracy"] != 0.3), "final_accuracy"] += value["first"]
    chains = [
        {"activation": activation, "variant": variant, "layer": layer, "width": 32, "chain": chain}
        | {"numerical_rank": value[f"{variant} {activation}"] + JITTER[chain] if layer else 32}
        for activation in ("tanh", "relu")
        for variant in ("vanilla", "bn")
        for layer in (0, 50_000)
        for chain in SEEDS
    ]
    widths = [
        {"gamma": gamma, "width": width, "chain": chain, "layer": layer, "measure": measure, "tau": None}
        | {"value": 2 * width ** (value[measure] if gamma == "0.01" else 0.1) * (1 + JITTER[chain])}
        for gamma in ("inf", "1", "0.01")
        for width in (8, 16, 32)
        for chain in SEEDS
        for layer in range(20)
        for measure in ("participation_ratio", "matrix_rank", "above_1e-9")
    ]
    pretraining = {
        pixels: [
            {"variant": variant, "phase": phase, "step": step, "depth": depth, "seed": seed}
            | {
                "final_accuracy": (value[f"{pixels} {variant}"] if (phase, depth) == ("final", 16) else 0.3)
                + JITTER[seed]
            }
            for variant in ("vanilla", "pretrained", "bn")
            for phase, step, depth in (("search", 9, 16), ("final", 0, 16), ("final", 9, 16), ("final", 9, 4))
            for seed in SEEDS
        ]
        for pixels in ("raw", "scaled")
    }
    components = [
        {"phase": phase, "step": step, "architecture": architecture, "normalization": kind, "seed": seed}
        | {
            "initialization": "torch_default",
            "step_size": 0.1,
            "diverged": False,
            "participation_ratio": value[kind][0],
        }
        | {"final_accuracy": value[kind][1] + JITTER[seed] if step else None, "loss": 2 - value[kind][1]}
        for kind in ("full", "center", "scale", "none", "weight")
        for architecture, phase, step in (("vgg19", "final", 0), ("vgg19", "final", 9), ("resnet50", "final", 9))
        for seed in SEEDS
    ]
    breaking = [
        dict(zip(("variant", "activation", "one_signed"), name.split(), strict=True))
        | {"seed": seed, "step": step, "participation_ratio": value[name][0] if step == 0 else 100.0}
        | {"loss": {0: None, 5: 100.0, 9: value[name][1] + JITTER[seed]}[step]}
        for name in VALUES
        if name.endswith((" weights", " all"))
        for step in (0, 5, 9)
        for seed in SEEDS
    ]
    signs = pd.DataFrame(breaking)
    ours = (signs["activation"] == "relu") & (signs["one_signed"] == "weights")
    return {
        "depth.training": depth,
        "depth.adam": pd.DataFrame(trained(value["adam"])),
        "depth.fixed": pd.DataFrame(trained(value["step 0.01"], 0.01) + trained(value["step 1"], 1.0)),
        "deep.chain": pd.DataFrame(chains),
        "width.chain": pd.DataFrame(widths),
        "pretraining.training": pd.DataFrame(pretraining["scaled"]),
        "pretraining.raw": pd.DataFrame(pretraining["raw"]),
        "breaking.training": signs[ours],
        "breaking.release": signs[~ours],
        "components.training": pd.DataFrame(components),
    }


@functools.cache
def rows(**changes):
    return {deviation.row: deviation for deviation in deviations(frames(**changes))}


EVERY_ROW = [
    f"D{number}{letter}" for number, count in enumerate((3, 3, 2, 2, 3, 3, 3, 6), 1) for letter in "abcdef"[:count]
]
MIDDLE = [(math.log(10) + loss) / 2 for loss in (0.8, 0.5)]  # between guessing and BN, with ReLU and with tanh
MEAN_OF_RANKS = np.polyfit(np.log([8, 16, 32]), np.log([8**0.9 + 8**0.7, 16**0.9 + 16**0.7, 32**0.9 + 32**0.7]), 1)[0]
MEAN, FIRST = JITTER.mean(), JITTER[:3].mean()


@pytest.mark.parametrize(
    ("row", "ours", "theirs"),
    [
        ("D1a", 0.8 + MEAN, 0.7 + MEAN),
        ("D1b", 0.8 + MEAN, 0.6 + MEAN),
        ("D1c", 0.8 + MEAN, 0.9 + MEAN),
        ("D2a", 0.8 + MEAN, 0.79 + MEAN),
        ("D2b", 0.8 + MEAN, 0.75 + MEAN),
        ("D2c", 0.8 + MEAN, 0.8 + FIRST),
        ("D3a", 0.874, 0.953),
        ("D3b", 0.849, 0.925),
        ("D4a", 9 + MEAN, 12 + MEAN),
        ("D4b", 1 + MEAN, 1.5 + MEAN),
        ("D5a", 0.6, MEAN_OF_RANKS),
        ("D5b", 0.6, 0.9),
        ("D5c", 0.6, 0.7),
        ("D6a", 0.8 + MEAN, 0.7 + MEAN),
        ("D6b", 0.1 + MEAN, 0.15 + MEAN),
        ("D6c", -0.05, -0.02),
        ("D7a", 0.7 + MEAN, 0.8 + MEAN),
        ("D7b", 0.6 + MEAN, 0.8 + MEAN),
        ("D7c", 1.0, 1.0),
        ("D8a", 7.0, 3.0),
        ("D8b", 2.25 - MIDDLE[0] + MEAN / 2, 2.2 - MIDDLE[1] + MEAN / 2),
        ("D8c", 7.0, 5.0),
        ("D8d", 2.25 - MIDDLE[0] + MEAN / 2, 2.1 - MIDDLE[0] + MEAN / 2),
        ("D8e", 7.0, 4.0),
        ("D8f", 2.25 - MIDDLE[0] + MEAN / 2, 2.0 - MIDDLE[1] + MEAN / 2),
    ],
)
def test_a_row_measures_what_it_says(row, ours, theirs):
    found = rows()[row]
    assert (found.ours.estimate, found.theirs.estimate) == pytest.approx((ours, theirs))
    assert found.effect.estimate == pytest.approx(theirs - ours)
    assert (found.row[:2], found.changes()) == (found.id, "no")
    if row[:2] in ("D1", "D6", "D7") or row in ("D2a", "D2b", "D5b", "D5c", "D8a", "D8c", "D8e"):
        assert found.effect.high - found.effect.low < 1e-9  # pairs: what a seed does to both sides is no spread


def test_the_order_of_rank_and_speed_is_that_of_the_networks_as_labelled():
    kinds = {"full": (3.0, 0.8), "center": (1.5, 0.6), "scale": (2.5, 0.7), "none": (1.0, 0.65)}
    released = [kinds["full"]] * 3 + [kinds["none"]]
    found = rows(**kinds)["D7c"]
    for side, of in ((found.ours, kinds.values()), (found.theirs, released)):
        r, speed = (np.tile(values, 2) for values in zip(*of, strict=True))
        assert side.estimate == pytest.approx(rank_correlation(r, speed, [0] * 4 + [1] * 4).estimate)


OTHER_SIDE = [
    ({"adam": 0.3}, "D1a"),
    ({"step 0.01": 0.3}, "D1b"),
    ({"step 1": 0.3}, "D1c"),
    ({"sampled": 0.3}, "D2a"),
    ({"population": 0.3}, "D2b"),
    ({"first": -0.5}, "D2c"),
    ({"bn tanh": 2.0}, "D4a"),
    ({"vanilla tanh": 5.0}, "D4b"),
    ({"matrix_rank": 0.1, "above_1e-9": 0.1}, "D5a D5b D5c"),
    ({"participation_ratio": 0.1}, "D5a D5b D5c"),  # ours does not grow, theirs do
    ({"raw pretrained": 0.4, "raw bn": 0.4}, "D6a"),
    ({"raw vanilla": 0.6}, "D6b"),
    ({"raw bn": 0.9}, "D6c"),
    ({"center": (2.5, 0.45), "scale": (1.5, 0.4)}, "D7a D7b"),  # no claim rests on these
    ({"scale": (2.5, 0.1), "center": (1.5, 0.2), "none": (1.0, 0.3)}, "D7a D7b D7c"),
    ({"one-signed tanh weights": (5.0, 2.2)}, "D8a"),
    ({"one-signed tanh weights": (2.0, 0.6)}, "D8b"),
    ({"one-signed relu all": (6.0, 0.9)}, "D8c D8d"),
    ({"one-signed tanh all": (5.0, 0.6)}, "D8e D8f"),
    ({"one-signed relu weights": (6.0, 0.9)}, "D8a D8b D8c D8d D8e D8f"),
]


@pytest.mark.parametrize(("changes", "expected"), OTHER_SIDE)
def test_a_row_that_changes_sides_turns_the_verdict(changes, expected):
    found = deviations(frames(**changes))
    assert [deviation.row for deviation in found if deviation.changes() == "yes"] == expected.split()
    [entry] = judge_all(frames(**changes))
    turned = any(deviation.claim for deviation in found if deviation.row in expected.split())
    assert entry["verdict"] == ("refuted" if turned else "reproduced")


def test_the_verdict_over_rows_that_stay_and_one_that_is_open():
    assert [entry["verdict"] for entry in judge_all(frames())] == ["reproduced"]
    assert len(judge_all(frames())[0]["conditions"]) == len(EVERY_ROW) - 4  # D3 and two of D7 are about no claim
    fails_both_ways = dict.fromkeys(("sgd", "adam", "step 0.01", "step 1", "sampled", "population"), 0.3)
    assert judge_all(frames(**fails_both_ways))[0]["verdict"] == "reproduced"
    for changes, count in (({"adam": 0.5}, 1), ({"sgd": 0.5}, 6)):
        found, [entry] = deviations(frames(**changes)), judge_all(frames(**changes))
        assert sum(deviation.changes() == "open" for deviation in found) == count
        assert (entry["verdict"], entry["to_decide"].count("D1a, C2: BN accuracy, depth 32")) == ("inconclusive", 1)
        assert entry["to_decide"].count("; ours") == (count if "sgd" in changes else 0)
    assert judge_all(frames(adam=0.5, sampled=0.3))[0]["verdict"] == "refuted"


def deviation(ours, theirs, relation=">="):
    sides = (Interval(middle, middle - 0.1, middle + 0.1, 5) for middle in (ours, theirs, theirs - ours))
    return Deviation("D1", "as there", "q", *sides, relation, 1.0, "C1", "D1a")


@pytest.mark.parametrize(
    ("ours", "theirs", "verdicts", "changes", "stay"),
    [
        (2.0, 3.0, ("reproduced", "reproduced"), "no", "reproduced"),
        (2.0, 0.5, ("reproduced", "refuted"), "yes", "refuted"),
        (0.5, 2.0, ("refuted", "reproduced"), "yes", "refuted"),
        (0.5, 0.2, ("refuted", "refuted"), "no", "reproduced"),
        (2.0, 1.0, ("reproduced", "inconclusive"), "open", "inconclusive"),
        (1.0, 2.0, ("inconclusive", "reproduced"), "open", "inconclusive"),
    ],
)
def test_sides_of_a_threshold(ours, theirs, verdicts, changes, stay):
    for relation, sides in ((">=", (ours, theirs)), ("<", (2 - ours, 2 - theirs))):
        found = deviation(*sides, relation)
        assert (found.verdicts(), found.changes()) == (verdicts, changes)
        condition = stays(found)
        assert isinstance(condition, Condition)
        assert condition.verdict == stay
        assert condition.interval == (found.ours if verdicts[0] == "inconclusive" else found.theirs)


def test_differences_of_pairs_of_independent_runs_and_of_a_part():
    values = pd.Series([1.0, 2.0, 6.0])
    assert _paired(values[::-1] + 1, values) == (mean_interval(values), mean_interval(values + 1), (1.0, 1.0, 1.0, 3))
    theirs, ours = Interval(5.0, 2.0, 8.0, 7), Interval(4.0, 0.0, 8.0, 4)
    assert _unpaired(theirs, ours) == (ours, theirs, (1.0, -4.0, 6.0, 4))  # √(3² + 4²) = 5
    ours, theirs, effect = _first(values, 2)
    assert (ours, theirs) == (mean_interval(values), mean_interval(values[:2]))
    assert effect.estimate == -1.5
    assert _first(values, 3)[2] == (0.0, 0.0, 0.0, 3)


def test_the_interval_of_the_first_runs_less_all_covers_as_often_as_it_says():
    draws = np.random.default_rng(0).normal(5, 2, (4000, 10))
    effects = [_first(pd.Series(draw), 3)[2] for draw in draws]
    covered = np.mean([effect.low <= 0 <= effect.high for effect in effects])  # all are of one law
    assert covered == pytest.approx(0.95, abs=0.015)
    draw = pd.Series(draws[0])
    apart = stats.ttest_ind(draw[:3], draw[3:]).confidence_interval()
    assert tuple(effects[0][1:3]) == pytest.approx((0.7 * apart.low, 0.7 * apart.high))


def missing(frame, column, **where):
    """The frame without some values of a column."""
    chosen = np.logical_and.reduce([frame[name] == value for name, value in where.items()])
    return frame.assign(**{column: frame[column].mask(chosen)})


@pytest.mark.parametrize(
    ("name", "column", "where", "without"),
    [
        ("breaking.release", "loss", {"variant": "bn", "step": 9, "seed": 2}, ["D8b", "D8f"]),
        ("breaking.training", "loss", {"variant": "bn", "step": 9, "seed": 2}, ["D8b", "D8d", "D8f"]),
        ("breaking.release", "loss", {"variant": "one-signed", "step": 9, "seed": 2}, []),  # it has stalled
        ("breaking.release", "participation_ratio", {"one_signed": "all", "seed": 2}, ["D8c", "D8e"]),
        ("components.training", "loss", {"normalization": "none", "seed": 2}, []),  # the slowest
        ("components.training", "participation_ratio", {"phase": "final"}, ["D7c"]),
        ("components.training", "participation_ratio", {"seed": 2}, []),
    ],
)
def test_a_diverged_network_takes_its_rows_away_at_most(name, column, where, without):
    changed = frames()
    changed[name] = missing(changed[name], column, **where)
    found = [deviation.row for deviation in deviations(changed)]
    lost = {row[:2] for row in without}
    kept = [row for row in EVERY_ROW if row not in without]
    assert len(found) == len(kept)
    assert [row for row in found if row[:2] not in lost] == [row for row in kept if row[:2] not in lost]
    assert judge_all(changed)[0]["verdict"] == "reproduced"
    assert draw(changed)


def test_frames_of_a_small_scale_have_fewer_rows():
    small = frames()
    small["width.chain"] = small["width.chain"][lambda rows: rows["width"] > 8]
    small["components.training"] = small["components.training"][lambda rows: rows["normalization"] != "scale"]
    assert {row[:2] for row in EVERY_ROW} - {found.id for found in deviations(small)} == {"D5", "D7"}
    small = {name: frame if "seed" not in frame else frame[frame["seed"] < 2] for name, frame in small.items()}
    assert judge_all(small)[0]["verdict"] == "inconclusive"
    assert draw(small)
    assert numbers(small)["deviations.no"] == "2"  # D4 has its chains
    one = {name: frame if "seed" not in frame else frame[frame["seed"] < 1] for name, frame in small.items()}
    assert draw(one)  # no interval
    assert "[--]" in numbers(one)["deviations.rows"]


def test_the_table_has_every_row_and_counts_those_that_a_claim_rests_on():
    found = numbers(frames(adam=0.5, sampled=0.3, center=(2.5, 0.45)))
    lines = found["deviations.rows"].split("\n")
    assert [line.partition(" & ")[0] for line in lines] == EVERY_ROW
    assert all(line.count(" & ") == 6 for line in lines)
    assert [found[f"deviations.{answer}"] for answer in ("yes", "no", "open")] == ["1", "19", "1"]
    by_row = dict(zip(EVERY_ROW, lines, strict=True))
    assert by_row["D8a"].endswith(r"& 7 & \ensuremath{-}4 [\ensuremath{-}4, \ensuremath{-}4] & C10 & no \\")
    assert by_row["D7a"].endswith("& none & yes \\\\")
    assert r"$\gamma$ = 0.01" in by_row["D5a"]


def test_the_figure_shows_distances_from_the_thresholds():
    found, (top, bottom) = rows(), draw(frames()).axes
    assert [len(axes.get_yticklabels()) for axes in (top, bottom)] == [13, 12]
    for axes in (top, bottom):
        for place, label in enumerate(axes.get_yticklabels()):
            shown = found[label.get_text().partition(" ")[0]]
            sign = 1 if shown.relation == ">=" else -1
            for shift, side in ((-0.15, shown.ours), (0.15, shown.theirs)):
                [line] = [bars.lines[0] for bars in axes.containers if bars.lines[0].get_ydata()[0] == place + shift]
                assert line.get_xdata()[0] == pytest.approx(sign * (side.estimate - shown.threshold))
                [ends] = [bars.lines[1] for bars in axes.containers if bars.lines[0] is line]
                expected = sorted(sign * (end - shown.threshold) for end in (side.low, side.high))
                assert [end.get_xdata()[0] for end in ends] == pytest.approx(expected)


def test_the_figure_mirrors_an_interval_that_is_not_symmetric(monkeypatch):
    made = Deviation("D4", "r", "rank", *(Interval(1.0, 0.5, 3.0, 5),) * 3, "<", 2.0, "C4", "D4a")
    monkeypatch.setattr(figure, "deviations", lambda frames: [replace(made, quantity="accuracy"), made])
    for axes in figure.draw({}).axes:
        low, high = axes.containers[0].lines[1]
        assert [end.get_xdata()[0] for end in (low, high)] == [-1.0, 1.5]
