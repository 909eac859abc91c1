"""What each row of the deviations measures, and on which side of its threshold."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from support.deviation_frames import EVERY_ROW, FIRST, MEAN, MEAN_OF_RANKS, MIDDLE, frames, rows

from rankcollapse.experiments.deviations.figure import draw
from rankcollapse.experiments.deviations.judge import changes, judge_all
from rankcollapse.experiments.deviations.numbers import numbers
from rankcollapse.experiments.deviations.summary import _first, _paired, _unpaired, deviations
from rankcollapse.statistics.intervals import Interval, mean_interval, rank_correlation


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
    assert (found.row[:2], changes(found)) == (found.id, "no")
    if row[:2] in ("D1", "D6", "D7") or row in ("D2a", "D2b", "D5b", "D5c", "D8a", "D8c", "D8e"):
        assert found.effect.high - found.effect.low < 1e-9  # pairs: what a seed does to both sides is no spread


def test_the_order_of_rank_and_speed_is_that_of_the_networks_as_labelled():
    kinds = {"full": (3.0, 0.8), "center": (1.5, 0.6), "scale": (2.5, 0.7), "none": (1.0, 0.65)}
    released = [kinds["full"]] * 3 + [kinds["none"]]
    found = rows(**kinds)["D7c"]
    for side, of in ((found.ours, kinds.values()), (found.theirs, released)):
        r, speed = (np.tile(values, 2) for values in zip(*of, strict=True))
        assert side.estimate == pytest.approx(rank_correlation(r, speed, [0] * 4 + [1] * 4).estimate)


def test_differences_of_pairs_of_independent_runs_and_of_a_part():
    values = pd.Series([1.0, 2.0, 6.0])
    assert _paired(values, values[::-1] + 1) == (mean_interval(values), mean_interval(values + 1), (1.0, 1.0, 1.0, 3))
    theirs, ours = Interval(5.0, 2.0, 8.0, 7), Interval(4.0, 0.0, 8.0, 4)
    assert _unpaired(ours, theirs) == (ours, theirs, (1.0, -4.0, 6.0, 4))  # √(3² + 4²) = 5
    ours, theirs, effect = _first(values, 2)
    assert (ours, theirs) == (mean_interval(values), mean_interval(values[:2]))
    assert effect.estimate == pytest.approx(-1.5, rel=1e-12)
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
