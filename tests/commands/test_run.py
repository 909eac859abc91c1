"""One cell, or several in one job, by hand; every mistake in it is one message."""

import json
import re
import subprocess
import sys
from typing import ClassVar

import pyarrow as pa
import pytest
import torch
from support.cli import BIN, RANK, fails, rankcollapse
from support.manifests import cell
from support.settings import SCALES, values

from rankcollapse.commands.run import run_cell
from rankcollapse.config.scale import check_settings
from rankcollapse.errors import UserError
from rankcollapse.experiments import rooms
from rankcollapse.experiments.base import Cell
from rankcollapse.storage.frames import read_frame
from rankcollapse.training.session import Session


def test_a_cell_by_hand(tmp_path):
    assert rankcollapse("data", "fashion-mnist-mini", cwd=tmp_path).returncode == 0
    done = rankcollapse("run", "trainability.rank", *RANK, "--output", "out/bn.parquet", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    provenance = json.loads((tmp_path / "out/bn.json").read_text())
    assert provenance["settings"]["depths"] == [0, 2]
    assert provenance["threads"] == 1
    assert provenance["packages"]["torch"].startswith("2.13.0")
    assert provenance.keys() >= {"commit", "clean", "source_sha256", "data", "device", "seconds", "settings_sha256"}
    assert len(provenance["data"]["fashion-mnist-mini"]) == 4


def test_cells_of_one_job_are_the_cells_one_by_one(tmp_path):
    shared = ("run", "extreme_depth.chain", "activation=relu", "width=4", "layers=40", "stride=20", "chains=2")
    rows = []
    for name, settings in (
        ("both", 'each=[{"variant":"vanilla"},{"variant":"bn"}]'),
        ("vanilla", "variant=vanilla"),
        ("bn", "variant=bn"),
    ):
        done = rankcollapse(*shared, settings, "--output", f"{name}.parquet", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        rows.append(read_frame(tmp_path / f"{name}.parquet"))
    assert rows[0].equals(pa.concat_tables(rows[1:]))
    provenance = json.loads((tmp_path / "both.json").read_text())
    assert provenance["settings"]["each"] == [{"variant": "vanilla"}, {"variant": "bn"}]


CHAIN = ("run", "extreme_depth.chain", "activation=relu", "variant=bn", "width=4", "layers=40", "stride=20", "chains=2")


def test_the_log_names_no_gpu_where_the_cpu_computes(tmp_path):
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    for visible in ("0", "0,1", "GPU-abc,GPU-def", "-1"):
        done = rankcollapse(
            *CHAIN, "--device", "auto", "--output", "x.parquet", cwd=tmp_path, CUDA_VISIBLE_DEVICES=visible
        )
        assert done.returncode == 0, done.stderr
        assert "on GPU" not in done.stderr
        assert ("on the CPU: torch cannot use GPU" in done.stderr) == ("," in visible)
        assert json.loads((tmp_path / "x.json").read_text())["device"].startswith("cpu")
        told = fails(*CHAIN, "--device", "cuda", "--output", "y.parquet", cwd=tmp_path, CUDA_VISIBLE_DEVICES=visible)
        assert "torch sees no CUDA device" in told


@pytest.mark.parametrize(
    ("settings", "least"),
    [
        (["trainability.rank", *RANK, "seeds=900000000"], 900_000_000 * 8 * 16 * 4),
        (["trainability.rank", *RANK, "width=900000000"], 2 * 900_000_000 * 16 * 4),
        ([*CHAIN[1:], "chains=1000000000", "width=1000"], 10**9 * 1000 * 4),
    ],
)
def test_a_cell_that_cannot_fit_is_refused_with_its_bytes(tmp_path, settings, least):
    given = {}
    for setting in settings[1:]:  # a later one in place of an earlier one
        given[setting.partition("=")[0]] = setting
    told = fails("run", settings[0], *given.values(), "--output", "x.parquet", cwd=tmp_path)
    assert f"needs {least} bytes at least" in told
    assert re.search(r"this machine has \d+|the container has \d+|ulimit -v has \d+", told)
    assert list(tmp_path.glob("x.*")) == []


def test_a_limit_of_address_space_counts(tmp_path):
    frame, *settings = [*CHAIN[1:5], "width=1000", "layers=40", "stride=20", "chains=3000000"]
    command = " ".join(["run", frame, *dict.fromkeys(s for s in settings if s != "width=4"), "--output", "x.parquet"])
    script = f"ulimit -v 8000000; {BIN}/rankcollapse {command}"
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0
    assert "needs 12000000000 bytes at least" in done.stderr
    assert "ulimit -v has 8192000000" in done.stderr


def test_no_cell_of_a_scale_is_said_to_need_more_than_it_asks_for():
    for scale in SCALES:
        for grid in check_settings(values(scale), scale).grids().values():
            for axes in grid.axes:
                assert grid.cell.model_validate(grid.fixed | axes).least_bytes() < grid.memory * 1e6


def test_a_setting_that_is_given_twice(tmp_path):
    told = fails(*CHAIN, "width=8", "--output", "x.parquet", cwd=tmp_path)
    assert told == "error: width is given twice; give each setting once\n"
    told = fails(*CHAIN, 'each=[{"seed": 1, "seed": 2}]', "--output", "x.parquet", cwd=tmp_path)
    assert "the key 'seed' stands twice" in told


class SumCell(Cell):
    """A training that adds up."""

    COMPUTED_BY: ClassVar = "counting"
    COLUMNS: ClassVar = {"size": None, "sum": "what was added"}

    size: int
    """what is added in each step"""


def run(cell: SumCell, *, device: str, session: Session) -> pa.Table:
    state = {"sum": 0}
    for _ in session.phase("counting", 3, lambda: dict(state), state.update):
        state["sum"] += cell.size
    return pa.table({"size": [cell.size], "sum": [state["sum"]]})


def test_trainings_of_one_job_keep_their_checkpoints_apart(tmp_path, monkeypatch):
    monkeypatch.setattr(rooms, "cell_type", lambda frame: SumCell)
    monkeypatch.setattr(rooms, "module", lambda experiment, part: {"counting": sys.modules[__name__]}[part])
    monkeypatch.setattr("rankcollapse.provenance.cells.describe", lambda *_: cell())
    run_cell("a.b", ['each=[{"size": 1}, {"size": 10}]'], tmp_path / "x.parquet", "cpu", 1, 0.0)
    assert read_frame(tmp_path / "x.parquet").to_pydict() == {"size": [1, 10], "sum": [3, 30]}
    assert set(json.loads((tmp_path / "x.json").read_text())["clock"]) == {"0-counting", "1-counting"}
    assert [path.name for path in tmp_path.iterdir() if "checkpoint" in path.name] == []
    for each in ("[]", "7", "[7]"):
        with pytest.raises(UserError, match="each must be a list of mappings"):
            run_cell("a.b", [f"each={each}"], tmp_path / "x.parquet", "cpu", 1, 0.0)


def test_what_computed_a_cell_is_its_module_and_this_command(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(rooms, "cell_type", lambda frame: SumCell)
    monkeypatch.setattr(rooms, "module", lambda experiment, part: {"counting": sys.modules[__name__]}[part])
    monkeypatch.setattr("rankcollapse.provenance.cells.describe", lambda *given: asked.append(given) or cell())
    run_cell("a.b", ["size=2"], tmp_path / "x.parquet", "cpu", 3, 0.0)
    assert asked == [([__name__, "rankcollapse.commands.run"], {"size": 2}, "cpu", 3)]


def test_mistakes_in_a_cell(tmp_path):
    out = ("--output", tmp_path / "x.parquet")
    unknown = fails("run", "trainability.ranks", "a=1", *out)
    assert "no frame 'trainability.ranks'" in unknown
    frames = [frame for name in rooms.names() for frame in rooms.frames(name)]
    assert len(frames) > 20
    assert unknown.endswith(f"one of: {', '.join(frames)}\n")
    assert "no frame '../evil'" in fails("run", "../evil", "a=1", *out)
    message = fails("run", "trainability.rank", *RANK[:-1], "taus=0.1", *out)
    assert "tau: missing" in message
    assert "taus: unknown key" in message
    assert "did you mean tau?" in message
    assert "seeds: 'many'" in fails("run", "trainability.rank", *RANK[:5], "seeds=many", "tau=0.1", *out)
    no_source = fails("run", "trainability.rank", *RANK[:1], "dataset=cifar-10-jpeg", *RANK[2:], *out, cwd=tmp_path)
    assert "could not get the data set cifar-10-jpeg" in no_source
    for setting, found in (("depths=[]", "at least 1 item"), ("depths=[-1]", "-1"), ("seeds=0", "0"), ("tau=2", "2")):
        key = setting.partition("=")[0]
        others = [pair for pair in RANK if not pair.startswith(key)]
        message = fails("run", "trainability.rank", *others, setting, *out)
        assert key in message
        assert found in message
    assert "KEY=VALUE, got 'tau'" in fails("run", "trainability.rank", *RANK[:-1], "tau", *out)
    assert "no frame 'nosuch.rank'" in fails("run", "nosuch.rank", "a=1", *out)
    assert "rankcollapse derive bounds.theorem FRAMES" in fails("run", "bounds.theorem", "a=1", *out)
    assert "no frame 'trainability.claims'" in fails("run", "trainability.claims", "a=1", *out)
    assert "--device gpu" in fails("run", "trainability.rank", *RANK, "device=gpu", *out)
    assert "gpu" in fails("run", "trainability.rank", *RANK, *out, "--device", "gpu")
    assert "must end in .parquet" in fails("run", "trainability.rank", *RANK, "--output", tmp_path / "x.json")
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_batch_or_a_network_too_large(tmp_path):
    assert rankcollapse("data", "fashion-mnist-mini", cwd=tmp_path).returncode == 0
    out = ("--output", tmp_path / "x.parquet")
    rest = RANK[:2] + RANK[4:]
    message = fails("run", "trainability.rank", *rest, "width=8", "batch_size=13000", *out, cwd=tmp_path)
    assert message == "error: batch_size=13000: the training set has 12000 samples only\n"
    wide = ("width=10000000", "batch_size=16")
    assert "out of memory" in fails("run", "trainability.rank", *rest, *wide, *out, cwd=tmp_path)


@pytest.mark.skipif("__import__('torch').cuda.is_available()", reason="asks for what is not there")
def test_a_missing_gpu(tmp_path):
    out = ("--output", tmp_path / "x.parquet")
    assert "no CUDA device" in fails("run", "trainability.rank", *RANK, *out, "--device", "cuda")
