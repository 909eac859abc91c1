"""Frames that are computed from other frames."""

import pytest
from support.cli import fails
from support.paths import ROOT

from rankcollapse.commands.derive import derive
from rankcollapse.errors import UserError
from rankcollapse.experiments import rooms
from rankcollapse.experiments.bounds import theorem
from rankcollapse.experiments.given import read_frames
from rankcollapse.storage.frames import read_frame

CHAINS = ROOT / "results/reference/laptop/frames/stationary_rank.chain.parquet"


def test_the_bounds_are_derived_from_the_chains(tmp_path):
    derive("bounds.theorem", [CHAINS], tmp_path / "bounds.theorem.parquet")
    found = read_frame(tmp_path / "bounds.theorem.parquet")
    assert found.equals(theorem.compute(read_frames([CHAINS])))
    columns = rooms.cell_type("bounds.theorem").columns()
    assert found.column_names == list(columns)
    for field in found.schema:
        assert field.metadata[b"description"].decode() == columns[field.name]
    assert list(read_frames([tmp_path / "bounds.theorem.parquet"])) == ["bounds.theorem"]


def test_a_frame_that_is_computed_from_settings_is_run(tmp_path):
    message = fails("derive", "bounds.drift", CHAINS, "--output", tmp_path / "x.parquet")
    assert message == "error: bounds.drift is computed from settings: rankcollapse run bounds.drift KEY=VALUE ...\n"


def test_what_cannot_be_derived(tmp_path):
    out = tmp_path / "x.parquet"
    with pytest.raises(UserError, match=r"no frame 'bounds\.theory'"):
        derive("bounds.theory", [CHAINS], out)
    with pytest.raises(UserError, match=r"^the frame stationary_rank\.chain is needed and was not given"):
        derive("bounds.theorem", [CHAINS.with_name("two_classes.training.parquet")], out)
    assert list(tmp_path.iterdir()) == []
