"""The command `probe`: table, verdict, files, exit status, and one message for each mistake."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from support.cli import fails, rankcollapse

NETS = """
import torch
from torch import nn
def vanilla(depth=12):
    return nn.Sequential(*(m for _ in range(depth) for m in (nn.Linear(16, 16), nn.ReLU())), nn.Linear(16, 4))
def shallow():
    return vanilla(1)
class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(50, 16)
        self.spare = nn.Linear(2, 2)
    def forward(self, ids):
        return self.embedding(ids)
def broken():
    raise ValueError("no weights")
def leaves():
    raise SystemExit(0)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("nets")
    (path / "nets.py").write_text(NETS)
    return path


def test_everything_at_once(folder):
    done = rankcollapse(
        "probe", "nets:vanilla", "--input", "32x16", "--null", 3, "--compare", "he_normal,batch_norm", "--plot",
        "a.png", "--json", "a.json", "--parquet", "a.parquet", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for text in (
        "Rank is lost at",
        "r: (Tr M)² / ‖M‖_F²",
        "batch_norm: Neither rank nor scale",
        "Outside the band of 3",
    ):
        assert text in done.stdout.replace("\n", " "), text
    found = json.loads((folder / "a.json").read_text())
    assert set(found["rows"]) == {"as built", "he_normal", "batch_norm"}
    assert found["null"]["inside"] == 0.5
    assert found["input"][0]["shape"] == "32x16"
    table = pq.read_table(folder / "a.parquet")
    assert table.column("path").to_pylist() == [row["path"] for row in found["rows"]["as built"]]
    assert (folder / "a.png").read_bytes().startswith(b"\x89PNG")


def test_the_same_command_gives_the_same_numbers(folder):
    arguments = ("probe", "nets:shallow", "--input", "32x16")
    assert rankcollapse(*arguments, cwd=folder).stdout == rankcollapse(*arguments, cwd=folder).stdout
    assert rankcollapse(*arguments, "--seed", 1, cwd=folder).stdout != rankcollapse(*arguments, cwd=folder).stdout


def test_exit_status_for_continuous_integration(folder):
    bad = fails("probe", "nets:vanilla", "--input", "32x16", "--fail-below", "participation_ratio=1.5", cwd=folder)
    assert "error: participation_ratio is 1." in bad
    assert "below 1.5" in bad
    good = rankcollapse("probe", "nets:shallow", "--input", "32x16", "--fail-below", "4", cwd=folder)
    assert good.returncode == 0


def test_words_and_modules_that_are_never_called(folder):
    done = rankcollapse("probe", "nets:Words", "--input", "8x5:50", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Never called: spare." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nets:vanilla"], "either as --input SHAPE or as --data FILE"),
        (["nets:vanilla", "--input", "32"], "the model does not take this batch: "),
        (["nets:vanilla", "--input", "32x17"], "the model does not take this batch: RuntimeError"),
        (["nets:vanilla", "--input", "32by16"], "an input is a shape such as"),
        (["nets:broken", "--input", "32x16"], "building the model failed: ValueError: no weights"),
        (["nets:vanilla", "--input", "32x16", "--reduction", "mean"], "a reduction is one of"),
        (["nets:vanilla", "--input", "32x16", "--compare", "he"], "no variant 'he'"),
        (["nets:vanilla", "--input", "32x16", "--fail-below", "much"], "--fail-below takes a number"),
        (["nets:vanilla", "--input", "32x16", "--plot", "x.pdf"], "a plot ends in .png"),
        (["nets:vanilla", "--input", "32x16", "--modules", "conv*"], "no module fits 'conv*'"),
        (["nets:leaves", "--input", "32x16", "--fail-below", "4"], "building the model failed: SystemExit: 0"),
        (["./nets:vanilla", "--input", "32x16"], "a model is given as package.module:function (no path)"),
        ([":vanilla", "--input", "32x16"], "a model is given as package.module:function (no path)"),
        (["nets:vanilla", "--input", "32x16", "--fail-below", "=4"], "--fail-below takes a number"),
        (["nets:vanilla", "--input", "99999999999x16"], "out of memory"),
        (["nets:vanilla", "--input", "32x16", "--json", "x", "--parquet", "./x"], "--parquet name one file"),
        (["nets:vanilla", "--input", "32x16", "--null", "1"], "at least 2 fresh initializations"),
    ],
)
def test_mistakes(folder, arguments, message):
    assert message in fails("probe", *arguments, cwd=folder)


@pytest.mark.parametrize("seed", [-1, 2**32, 10**20])
def test_a_seed_that_no_generator_takes(folder, seed):
    told = fails("probe", "nets:vanilla", "--input", "32x16", "--seed", seed, cwd=folder)
    assert "Invalid value for '--seed'" in told


def test_a_batch_in_the_byte_order_of_another_machine(folder):
    values = np.random.default_rng(0).normal(size=(32, 16)).astype("<f4")
    for name in ("<f4", ">f4"):
        np.save(folder / f"{name[0]}.npy", values.astype(name))
    found = [rankcollapse("probe", "nets:shallow", "--data", f"{order}.npy", cwd=folder) for order in "<>"]
    assert found[0].returncode == 0, found[0].stderr
    assert found[0].stdout == found[1].stdout
