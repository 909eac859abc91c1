"""Cells: their columns, the grids that they make up, and the jobs that compute them."""

from typing import ClassVar, Literal

import pytest
from pydantic import ValidationError

from rankcollapse.experiments.base import Cell, Grid, Section, compared, product
from rankcollapse.experiments.parameters import Parameters, Width


class Shared(Parameters):
    """What cells have in common."""

    gamma: float | Literal["inf"]
    """strength of a layer,
    over two lines"""
    steps: int = 3
    """how many"""


class WidthCell(Shared, Cell):
    """A cell."""

    COMPUTED_BY: ClassVar = "nothing"
    CONSTANTS: ClassVar = ("width",)
    COLUMNS: ClassVar = {"layer": "layers done", "gamma": None, "rank": "of the state"}

    width: Width
    """units"""


AXES = product(width=[4, 8], gamma=[1.0, "inf"])


def test_cells_of_a_job_differ_in_what_is_named_only():
    grid = Grid("chains", WidthCell, AXES, (), together=("gamma",))
    each = [{"gamma": 1.0}, {"gamma": "inf"}]
    assert grid.jobs() == [{"width": 4, "each": each}, {"width": 8, "each": each}]
    assert Grid("chains", WidthCell, AXES, ()).jobs() == AXES


def test_parameters_that_are_columns_describe_themselves_in_their_place():
    assert list(WidthCell.columns().items()) == [
        ("width", "units"),
        ("layer", "layers done"),
        ("gamma", "strength of a layer, over two lines"),
        ("rank", "of the state"),
    ]
    assert WidthCell(width=4, gamma="inf").constants() == {"width": 4, "gamma": "inf"}


def test_what_cells_share_is_taken_from_the_last_that_gives_it_and_the_rest_is_left_out():
    given = (Shared(gamma=0.5, steps=1), {"steps": 2, "depths": [1, 2]}, {"steps": 7})
    grid = Grid("chains", WidthCell, [{"width": 4}], given)
    assert grid.fixed == {"gamma": 0.5, "steps": 7}
    assert grid.dataset is None


@pytest.mark.parametrize(
    ("axes", "given", "place"),
    [
        ([{"width": 4}], (), "gamma"),  # missing
        ([{"width": 4}, {"width": 1}], ({"gamma": 1.0},), "width"),
        ([{"width": 4, "seeds": 3}], ({"gamma": 1.0},), "seeds"),  # unknown
        ([{"width": "4"}], ({"gamma": 1.0},), "width"),  # of another type
    ],
)
def test_a_grid_with_a_cell_that_cannot_be_is_refused(axes, given, place):
    with pytest.raises(ValidationError) as caught:
        Grid("chains", WidthCell, axes, given)
    assert {mistake["loc"][0] for mistake in caught.value.errors()} == {place}


def test_only_depths_that_are_trained_otherwise_too_are_compared():
    settings = Section()
    assert compared(settings, "adam", [0, 16], [0, 8, 16]) is settings
    with pytest.raises(ValueError, match=r"^adam\.depths has \[3, 40\]; it must be of the depths \[0, 8\]"):
        compared(settings, "adam", [40, 0, 3], [0, 8])
