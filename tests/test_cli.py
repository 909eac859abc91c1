"""The command line, as a person types it: every mistake is one message and a non-zero exit."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from rankcollapse import cells
from rankcollapse.errors import UserError
from rankcollapse.frames import read_frame
from rankcollapse.session import Session

BIN = Path(sys.executable).parent


def rankcollapse(*arguments, cwd=None, **env):
    done = subprocess.run(
        [BIN / "rankcollapse", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200", **env},
    )
    assert "Traceback" not in done.stderr
    return done


def fails(*arguments, **kwargs):
    done = rankcollapse(*arguments, **kwargs)
    assert done.returncode != 0
    return done.stderr


def test_help_names_every_command():
    text = rankcollapse("--help").stdout
    for command in ("data", "run", "gather", "figure", "claims", "manifest", "numbers", "verify", "latex", "settings"):
        assert command in text
        assert rankcollapse(command, "--help").returncode == 0


RANK = ["variant=bn", "dataset=fashion-mnist-mini", "width=8", "batch_size=16", "depths=[0,2]", "seeds=2", "tau=0.1"]


def test_a_cell_by_hand(tmp_path):
    assert rankcollapse("data", "fashion-mnist-mini", cwd=tmp_path).returncode == 0
    done = rankcollapse("run", "depth.rank", *RANK, "--output", "out/bn.parquet", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    provenance = json.loads((tmp_path / "out/bn.json").read_text())
    assert provenance["settings"]["depths"] == [0, 2]
    assert provenance["threads"] == 1
    assert provenance["packages"]["torch"].startswith("2.13.0")
    assert provenance.keys() >= {"commit", "clean", "source_sha256", "data", "device", "seconds", "settings_sha256"}
    assert len(provenance["data"]["fashion-mnist-mini"]) == 4


def test_cells_of_one_job_are_the_cells_one_by_one(tmp_path):
    shared = ("run", "deep.chain", "activation=relu", "width=4", "layers=40", "stride=20", "chains=2")
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


def test_trainings_of_one_job_keep_their_checkpoints_apart(tmp_path, monkeypatch):
    def run(*, size: int, device: str, session: Session) -> pa.Table:
        state = {"sum": 0}
        for _ in session.phase("counting", 3, lambda: dict(state), state.update):
            state["sum"] += size
        return pa.table({"size": [size], "sum": [state["sum"]]})

    monkeypatch.setattr(cells, "_computation", lambda frame: run)
    monkeypatch.setattr(cells, "describe", lambda *_: {})
    cells.run_cell("a.b", ['each=[{"size": 1}, {"size": 10}]'], tmp_path / "x.parquet", "cpu", 1, 0.0)
    assert read_frame(tmp_path / "x.parquet").to_pydict() == {"size": [1, 10], "sum": [3, 30]}
    assert set(json.loads((tmp_path / "x.json").read_text())["clock"]) == {"0-counting", "1-counting"}
    with pytest.raises(UserError, match="each must be a list of mappings"):
        cells.run_cell("a.b", ["each=[]"], tmp_path / "x.parquet", "cpu", 1, 0.0)


def test_mistakes_in_a_cell(tmp_path):
    out = ("--output", tmp_path / "x.parquet")
    assert "no frame 'depth.ranks'" in fails("run", "depth.ranks", "a=1", *out)
    assert "no frame '../evil'" in fails("run", "../evil", "a=1", *out)
    message = fails("run", "depth.rank", *RANK[:-1], "taus=0.1", *out)
    assert "tau: missing" in message
    assert "taus: unknown key" in message
    assert "did you mean tau?" in message
    assert "seeds: 'many'" in fails("run", "depth.rank", *RANK[:5], "seeds=many", "tau=0.1", *out)
    no_source = fails("run", "depth.rank", *RANK[:1], "dataset=cifar-10-jpeg", *RANK[2:], *out, cwd=tmp_path)
    assert "could not get the data set cifar-10-jpeg" in no_source
    for setting, found in (("depths=[]", "at least 1 item"), ("depths=[-1]", "-1"), ("seeds=0", "0"), ("tau=2", "2")):
        key = setting.partition("=")[0]
        others = [pair for pair in RANK if not pair.startswith(key)]
        message = fails("run", "depth.rank", *others, setting, *out)
        assert key in message
        assert found in message
    assert "KEY=VALUE, got 'tau'" in fails("run", "depth.rank", *RANK[:-1], "tau", *out)
    assert "no frame 'nosuch.rank'" in fails("run", "nosuch.rank", "a=1", *out)
    assert "no frame 'depth.claims'" in fails("run", "depth.claims", "a=1", *out)
    assert "--device gpu" in fails("run", "depth.rank", *RANK, "device=gpu", *out)
    assert "gpu" in fails("run", "depth.rank", *RANK, *out, "--device", "gpu")
    assert "must end in .parquet" in fails("run", "depth.rank", *RANK, "--output", tmp_path / "x.json")
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_batch_or_a_network_too_large(tmp_path):
    assert rankcollapse("data", "fashion-mnist-mini", cwd=tmp_path).returncode == 0
    out = ("--output", tmp_path / "x.parquet")
    rest = RANK[:2] + RANK[4:]
    message = fails("run", "depth.rank", *rest, "width=8", "batch_size=13000", *out, cwd=tmp_path)
    assert "fashion-mnist-mini has 12000 training images only" in message
    assert "out of memory" in fails("run", "depth.rank", *rest, "width=10000000", "batch_size=16", *out, cwd=tmp_path)


@pytest.mark.skipif("__import__('torch').cuda.is_available()", reason="asks for what is not there")
def test_a_missing_gpu(tmp_path):
    assert "no CUDA device" in fails("run", "depth.rank", *RANK, "--output", tmp_path / "x.parquet", "--device", "cuda")


def test_other_mistakes(tmp_path):
    assert "unknown data set 'mnist'" in fails("data", "mnist", cwd=tmp_path)
    assert "claims.json: No such file" in fails("verify", tmp_path / "claims.json")
    assert "no experiment 'device'" in fails("figure", "device", "--output", "x.png", tmp_path)
    frame = tmp_path / "depth.rank.parquet"
    frame.write_bytes(b"PAR1 not")
    assert "depth.rank.parquet is damaged" in fails("claims", frame, "--output", tmp_path / "new.json")
    for content, message in (("{", "is damaged"), ("{}", "not the claims.json")):
        (tmp_path / "damaged.json").write_text(content)
        assert message in fails("verify", tmp_path / "damaged.json")
    (tmp_path / "file").write_text("")
    blocked = fails("data", "fashion-mnist-mini", RANKCOLLAPSE_CACHE=str(tmp_path / "file"))
    assert "cannot write the cache" in blocked
    assert "RANKCOLLAPSE_CACHE" in blocked


def test_latex_packages_are_named(tmp_path):
    done = rankcollapse("latex", PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "latexmk texlive-latex-recommended texlive-pictures lmodern\n")


@pytest.mark.parametrize("verdict", ["reproduced", "inconclusive", "not_run", "refuted"])
def test_verify_prints_any_verdict(tmp_path, verdict):
    claim = dict.fromkeys(("statement", "source", "figure", "estimator"), "as in the ledger")
    claim |= {"id": "C1", "quantity": "rank over √width", "estimate": 1.0, "ci_low": 0.9, "ci_high": 1.1}
    claim |= {"verdict": verdict, "relation": "<", "threshold": 2.0, "n": 5}
    claim |= {"conditions": [dict(claim)], "to_decide": None}
    (tmp_path / "claims.json").write_text(json.dumps([claim]))
    for encoding in ("utf-8", "ascii"):  # a terminal that has no box drawings, and no square root
        done = rankcollapse("verify", tmp_path / "claims.json", PYTHONIOENCODING=encoding)
        assert done.returncode == 0
        assert verdict in done.stdout
