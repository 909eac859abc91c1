"""What each row of the deviations measures, and on which side of its threshold."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from support.deviation_frames import (
    EVERY_ROW,
    FIRST,
    FOLD,
    JITTER,
    MEAN,
    MEAN_OF_RANKS,
    MIDDLE,
    SPREAD,
    VALUES,
    frames,
    rows,
)

from rankcollapse.experiments.deviations.figure import draw
from rankcollapse.experiments.deviations.judge import changes, judge_all
from rankcollapse.experiments.deviations.numbers import numbers
from rankcollapse.experiments.deviations.summary import _first, _paired, _unpaired, deviations
from rankcollapse.statistics.intervals import (
    SHARE,
    Bounds,
    Interval,
    difference_interval,
    mean_interval,
    rank_correlation,
    ratio_interval,
)


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
        ("D8a", 7 * FOLD, 3 * FOLD),
        ("D8b", 2.25 - MIDDLE[0] + MEAN / 2, 2.2 - MIDDLE[1] + MEAN / 2),
        ("D8c", 7 * FOLD, 5 * FOLD),
        ("D8d", 2.25 - MIDDLE[0] + MEAN / 2, 2.1 - MIDDLE[0] + MEAN / 2),
        ("D8e", 7 * FOLD, 4 * FOLD),
        ("D8f", 2.25 - MIDDLE[0] + MEAN / 2, 2.0 - MIDDLE[1] + MEAN / 2),
    ],
)
def test_a_row_measures_what_it_says(row, ours, theirs):
    found = rows()[row]
    # exponents have the noise of their measures
    close = {"abs": 1e-3} if row.startswith("D5") else {"rel": 1e-4} if row in RATIOS else {}
    assert (found.ours.estimate, found.theirs.estimate) == pytest.approx((ours, theirs), **close)
    assert found.effect.estimate == pytest.approx(theirs - ours, **close)
    assert (found.row[:2], changes(found)) == (found.id, "no")


RATIOS = ("D8a", "D8c", "D8e")  # geometric means, their difference is one of means


@pytest.mark.parametrize("row", ["D1a", "D1b", "D1c", "D2a", "D2b", "D6a", "D6b", "D6c", "D7a", "D7b"])
def test_what_a_seed_does_to_both_sides_is_no_spread_of_an_accuracy(row):
    """The interval of the effect is that of equal pairs: what was not seen, and nothing of what seeds differ by."""
    ours, theirs, effect = rows()[row].ours, rows()[row].theirs, rows()[row].effect
    bounds = Bounds(-1.0, 1.0, at_ends=0.03) if row == "D6c" else SHARE
    alike = difference_interval([theirs.estimate] * 12, [ours.estimate] * 12, bounds)
    assert tuple(effect) == pytest.approx(tuple(alike))
    apart = difference_interval(theirs.estimate + JITTER, ours.estimate + JITTER.to_numpy()[::-1], bounds)
    assert apart.high - apart.low > 1.001 * (alike.high - alike.low)


@pytest.mark.parametrize("row", ["D5b", "D5c"])
def test_what_a_chain_does_to_both_sides_is_no_spread_of_an_exponent(row):
    ours, theirs, effect = (
        found.high - found.low for found in (rows()[row].ours, rows()[row].theirs, rows()[row].effect)
    )
    assert effect < (ours + theirs) / 20


@pytest.mark.parametrize(("row", "theirs"), [("D8a", 3), ("D8c", 5), ("D8e", 4)])
def test_falls_of_rank_are_those_of_networks_of_one_seed(row, theirs):
    found = rows()[row]
    ones = [1.0] * 12
    for side, fall in ((found.ours, 7), (found.theirs, theirs)):
        assert tuple(side) == pytest.approx(tuple(ratio_interval(fall * SPREAD, ones)))
    change, spread = found.theirs.estimate - found.ours.estimate, difference_interval(theirs * SPREAD, 7 * SPREAD)
    assert found.effect.estimate == pytest.approx(change)
    # by the delta method: that of arithmetic means but for the square of the spread
    assert found.effect.high - change == pytest.approx(spread.high - spread.estimate, rel=1e-3)
    assert change - found.effect.low == pytest.approx(spread.estimate - spread.low, rel=1e-3)


@pytest.mark.parametrize(
    ("kinds", "answer"),
    [
        ({kind: VALUES[kind] for kind in ("full", "center", "scale", "none")}, "no"),
        ({"full": (3.0, 0.8), "center": (1.5, 0.6), "scale": (2.5, 0.7), "none": (1.0, 0.65)}, "no"),
        ({"full": (3.0, 0.8), "center": (1.5, 0.2), "scale": (2.5, 0.1), "none": (1.0, 0.3)}, "yes"),
    ],
)
def test_the_order_of_rank_and_speed_is_that_of_the_networks_as_labelled(kinds, answer):
    released = [kinds["full"]] * 3 + [kinds["none"]]
    found = rows(**kinds)["D7c"]
    for side, of in ((found.ours, kinds.values()), (found.theirs, released)):
        networks = [(r, speed + jitter, seed) for r, speed in of for seed, jitter in enumerate(JITTER)]
        expected = rank_correlation(*zip(*networks, strict=True))
        assert tuple(side) == pytest.approx(tuple(expected))
    assert (found.id, changes(found)) == ("D7", answer)


def test_differences_of_pairs_of_independent_runs_and_of_a_part():
    values, others = pd.Series([1.0, 2.0, 6.0]), pd.Series([2.5, 3.0, 6.5])  # by seed: 1.5, 1 and a half more
    for second in (others, others[::-1]):
        assert _paired(values, second) == (mean_interval(values), mean_interval(others), mean_interval([1.5, 1.0, 0.5]))
    shares = pd.Series([0.1, 0.2, 0.6])
    assert _paired(shares, shares + 0.25, SHARE) == (
        mean_interval(shares, SHARE),
        mean_interval(shares + 0.25, SHARE),
        difference_interval(shares + 0.25, shares, SHARE),
    )
    theirs, ours = Interval(5.0, 2.0, 8.0, 7), Interval(4.0, 0.0, 8.0, 4)
    assert _unpaired(ours, theirs) == (ours, theirs, (1.0, -4.0, 6.0, 4))  # √(3² + 4²) = 5
    ours, theirs, effect = _first(shares, 2)
    assert (ours, theirs) == (mean_interval(shares, SHARE), mean_interval(shares[:2], SHARE))
    assert effect.estimate == pytest.approx(-0.15, rel=1e-12)
    assert _first(shares, 3)[2] == (0.0, 0.0, 0.0, 3)


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
        ("breaking.release", "loss", {"variant": "bn", "step": 9, "seed": 2}, ["D8a", "D8b", "D8e", "D8f"]),
        ("breaking.training", "loss", {"variant": "bn", "step": 9, "seed": 2}, EVERY_ROW[-6:]),
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
    assert judge_all(changed)[0].verdict == "reproduced"
    assert draw(changed)


def test_frames_of_a_small_scale_have_fewer_rows():
    small = frames()
    small["stationary_rank.chain"] = small["stationary_rank.chain"][lambda rows: rows["width"] > 8]
    small["components.training"] = small["components.training"][lambda rows: rows["normalization"] != "scale"]
    assert {row[:2] for row in EVERY_ROW} - {found.id for found in deviations(small)} == {"D5", "D7"}
    small = {name: frame if "seed" not in frame else frame[frame["seed"] < 2] for name, frame in small.items()}
    assert judge_all(small)[0].verdict == "inconclusive"
    assert draw(small)
    assert numbers(small)["deviations.no"] == "2"  # D4 has its chains
    one = {name: frame if "seed" not in frame else frame[frame["seed"] < 1] for name, frame in small.items()}
    assert draw(one)  # no interval
    assert "[--]" in numbers(one)["deviations.rows"]
