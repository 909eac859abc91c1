"""What every experiment declares of itself holds together."""

import inspect
import subprocess
import sys
from functools import cache

import pytest
from support.paths import ROOT
from support.settings import SCALES, values

from rankcollapse.claims.statements import Statement
from rankcollapse.config.scale import check_settings
from rankcollapse.experiments import rooms
from rankcollapse.experiments.base import Cell, Derived
from rankcollapse.experiments.ledger import statements

ROOMS = rooms.names()
FRAMES = {frame: cell for name in ROOMS for frame, cell in rooms.frames(name).items()}
CELLS = {frame: cell for frame, cell in FRAMES.items() if not issubclass(cell, Derived)}
DERIVED = {frame: cell for frame, cell in FRAMES.items() if issubclass(cell, Derived)}


@cache
def grids(scale):
    return check_settings(values(scale), scale).grids()


def computing(frame):
    return rooms.module(frame.partition(".")[0], FRAMES[frame].COMPUTED_BY)


def test_every_folder_is_a_room():
    folders = {path.name for path in (ROOT / "src/rankcollapse/experiments").iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} == {*ROOMS}
    assert sorted(ROOMS) == ROOMS
    assert len(ROOMS) > 10


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_has_its_modules(name):
    for part, function in (("figure", "draw"), ("judge", "judge_all"), ("numbers", "numbers")):
        assert callable(getattr(rooms.module(name, part), function))
    assert rooms.section(name).__name__ == f"{name.title().replace('_', '')}Settings"
    used = rooms.needed(name)
    assert {*used} <= FRAMES.keys()
    assert used
    assert len({*used}) == len(used)


@pytest.mark.parametrize("frame", CELLS)
def test_a_frame_of_cells_is_computed_by_the_run_of_a_module(frame):
    parameters = inspect.signature(computing(frame).run).parameters
    assert [*parameters][:2] == ["cell", "device"]
    assert {*parameters} <= {"cell", "device", "session"}
    assert parameters["cell"].annotation is CELLS[frame]


@pytest.mark.parametrize("frame", DERIVED)
def test_a_derived_frame_is_computed_from_frames_that_there_are(frame):
    assert [*inspect.signature(computing(frame).compute).parameters] == ["frames"]
    assert {*DERIVED[frame].FROM} <= CELLS.keys()
    assert DERIVED[frame].model_fields == {}
    assert {*DERIVED[frame].FROM} <= {*rooms.needed(frame.partition(".")[0])}


@pytest.mark.parametrize("frame", FRAMES)
def test_every_column_and_every_parameter_is_described(frame):
    cell = FRAMES[frame]
    assert issubclass(cell, Cell)
    parameters = {name for name, text in cell.COLUMNS.items() if text is None}
    assert {*cell.CONSTANTS} | parameters <= cell.model_fields.keys()
    assert not {*cell.CONSTANTS} & parameters
    assert len({*cell.CONSTANTS}) == len(cell.CONSTANTS)
    columns = cell.columns()
    assert len(columns) >= 3
    for text in [*columns.values(), *(field.description for field in cell.model_fields.values())]:
        assert text
        assert text.strip() == text


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", ROOMS)
def test_the_cells_of_a_scale_are_those_of_the_frames(name, scale):
    found = {frame: grid for frame, grid in grids(scale).items() if frame.partition(".")[0] == name}
    assert list(found) == [frame for frame in CELLS if frame.partition(".")[0] == name]
    for frame, grid in found.items():
        assert grid.cell is CELLS[frame]
        assert grid.axes
        for job in grid.jobs():
            shared = {key: value for key, value in job.items() if key != "each"}
            for further in job.get("each", [{}]):
                cell = grid.cell.model_validate(grid.fixed | shared | further)
                assert {*cell.constants()} == {*grid.cell.columns()} & grid.cell.model_fields.keys()
        names = ["".join(map(str, job.values())) for job in grid.jobs()]
        assert len({*names}) == len(names)


def test_every_claim_has_an_identity_of_its_own_and_a_figure_that_is_drawn():
    modules = [rooms.module(name, "claims") for name in ROOMS]
    stated = {id(value): value for module in modules for value in vars(module).values() if isinstance(value, Statement)}
    assert sorted(claim.id for claim in stated.values()) == sorted(statements())
    assert {claim.figure for claim in stated.values()} == {*ROOMS}  # every figure shows a claim


def test_what_the_graph_is_built_from_imports_no_large_library():
    """A run that has nothing to do answers at once."""
    parts = [f"rankcollapse.experiments.{name}.{part}" for name in ROOMS for part in ("cells", "settings", "claims")]
    modules = [part for part in parts if (ROOT / f"src/{part.replace('.', '/')}.py").is_file()]
    assert len(modules) == 3 * len(ROOMS) - 1  # the deviations have no cells
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {*modules} <= {*loaded}
    assert not {"torch", "pandas", "matplotlib", "seaborn", "pyarrow"} & {*loaded}
