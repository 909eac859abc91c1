"""Estimates by group, against one group at a time."""

import math

import pandas as pd
import pytest

from rankcollapse.statistics.estimates import estimates, intervals
from rankcollapse.statistics.intervals import Interval, mean_interval, rank_bounds

RUNS = pd.DataFrame(
    {
        "variant": ["vanilla", "bn", "bn", "vanilla", "bn", "bn"],
        "depth": [8, 8, 2, 8, 8, 2],
        "rank": [1.0, 5.0, 7.0, 2.0, 6.0, 9.0],
    }
)


def test_every_group_has_the_interval_of_its_values():
    found = estimates(RUNS, ["variant", "depth"], "rank")
    assert list(found.columns) == ["variant", "depth", "estimate", "low", "high", "n"]
    assert list(zip(found["variant"], found["depth"], strict=True)) == [("bn", 2), ("bn", 8), ("vanilla", 8)]
    for row in found.itertuples(index=False):
        values = RUNS.loc[(RUNS["variant"] == row.variant) & (RUNS["depth"] == row.depth), "rank"]
        assert Interval(*row[2:]) == mean_interval(values)


def test_one_column_of_groups_and_a_single_run():
    found = estimates(RUNS[RUNS["variant"] == "vanilla"].head(1), "depth", "rank")
    assert found.to_dict("records") == [{"depth": 8, "estimate": 1.0, "low": -math.inf, "high": math.inf, "n": 1}]


def test_the_bounds_of_a_quantity_reach_its_interval():
    found, bounds = intervals(estimates(RUNS, "depth", "rank", rank_bounds(9))), rank_bounds(9)
    assert found == {depth: mean_interval(rows["rank"], bounds) for depth, rows in RUNS.groupby("depth")}
    assert found[2].high == 9


def test_intervals_are_found_by_their_group():
    by_depth = intervals(estimates(RUNS, "depth", "rank"))
    assert by_depth == {depth: mean_interval(rows["rank"]) for depth, rows in RUNS.groupby("depth")}
    assert all(isinstance(found, Interval) for found in by_depth.values())
    assert [type(depth) for depth in by_depth] == [int, int]
    by_both = intervals(estimates(RUNS, ["depth", "variant"], "rank"))
    assert list(by_both) == [(2, "bn"), (8, "bn"), (8, "vanilla")]
    assert by_both[8, "vanilla"] == mean_interval([1.0, 2.0])


def test_a_value_that_is_missing_is_refused():
    with pytest.raises(ValueError, match="finite"):
        estimates(RUNS.assign(rank=[1.0, None, 7.0, 2.0, 6.0, 9.0]), "depth", "rank")
