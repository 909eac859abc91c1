"""Provenance is written and read by one model."""

import json

import pytest

from rankcollapse.errors import UserError
from rankcollapse.provenance.records import CellRecord, Commit, Cost, FrameRecord, Manifest

CELL = CellRecord(
    commit="a" * 40,
    clean=True,
    module="rankcollapse.experiments.trainability.training",
    settings={"depth": 2, "step_sizes": [0.1, 0.5]},
    settings_sha256="1" * 64,
    source_sha256="2" * 64,
    data={"fashion-mnist-mini": {"images": "3" * 64}},
    packages={"torch": "2.13.0"},
    python="3.11.2",
    platform="Linux",
    device="cpu (x86_64)",
    threads=1,
    processor="a processor",
    instructions="AVX2",
    kernels="torch, BLAS mkl",
    float32_matmul_precision="highest",
    started="2026-01-02T03:04:05+00:00",
    seconds=1.5,
    clock={"search": [(10, 0.5), (20, 1.0)]},
)
FRAME = FrameRecord(
    rows=3,
    settings_sha256="1" * 64,
    seconds=1.5,
    phases={"search": 1.0},
    cost=Cost(jobs=1, job_seconds=2.0, peak_mb=None),
    devices=["cpu (x86_64)"],
    cells=[CELL],
)
MANIFEST = Manifest(
    commit=None,
    clean=None,
    scale="smoke",
    settings={"device": "cpu"},
    settings_sha256={"trainability": "4" * 64},
    disk_mb=1.5,
    frames={"trainability.training": FRAME, "trainability.rank": FRAME.model_copy(update={"devices": ["a GPU"]})},
)


@pytest.mark.parametrize("record", [CELL, FRAME, MANIFEST], ids=["cell", "frame", "manifest"])
def test_a_record_round_trips(tmp_path, record):
    record.write(tmp_path / "x.json")
    assert type(record).read(tmp_path / "x.json") == record
    assert json.loads((tmp_path / "x.json").read_text()).keys() == type(record).model_fields.keys()


def test_a_manifest_has_the_cells_and_devices_of_all_frames():
    assert MANIFEST.cells == [CELL, CELL]
    assert MANIFEST.devices == ["a GPU", "cpu (x86_64)"]
    assert MANIFEST.processors == ["a processor with AVX2 (torch, BLAS mkl)"]


def test_what_decides_the_rows_is_the_identity_of_a_cell_and_nothing_else_is():
    later = {
        "commit": None,
        "clean": False,
        "unknown": "no git",
        "processor": "another",
        "started": "2027",
        "seconds": 9.0,
        "clock": {},
    }
    assert CELL.model_copy(update=later).identity() == CELL.identity()
    assert CELL.identity().keys() == set(CellRecord.model_fields) - set(later)
    for name, value in CELL.identity().items():
        other = {} if isinstance(value, dict) else value + value  # of the same type
        assert CELL.model_copy(update={name: other}).identity() != CELL.identity()


def test_a_key_of_a_later_version_is_ignored(tmp_path):
    (tmp_path / "x.json").write_text(json.dumps({"commit": None, "clean": None, "branch": "main"}))
    assert Commit.read(tmp_path / "x.json") == Commit(commit=None, clean=None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"x\.json is not JSON, or is damaged"),
        ("[]", r"x\.json is not the provenance that this version writes"),
        (
            '{"jobs": 1, "job_seconds": 2.0}',
            r"x\.json is not the provenance .*\(peak_mb: Field required\)\. Name the file",
        ),
        ('{"jobs": "many", "job_seconds": 2.0, "peak_mb": null}', r"\(jobs: .*valid integer"),
    ],
)
def test_a_file_that_holds_something_else_is_named(tmp_path, content, message):
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(UserError, match=message):
        Cost.read(tmp_path / "x.json")
