"""Models and batches from what a person types: every mistake is one message, and nothing is unpickled."""

import os
import pickle
import zipfile

import numpy as np
import pytest
import torch
from torch import nn

from rankcollapse.errors import UserError
from rankcollapse.probe.loading import drawn, load_batch, load_model

NETS = """
from torch import nn
def build(): return nn.Linear(4, 4)
ready = nn.ReLU()
def number(): return 3
def sized(width): return nn.Linear(width, width)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "nets_of_a_test.py").write_text(NETS)
    (tmp_path / "broken_of_a_test.py").write_text("import there_is_no_such_module_at_all")
    return tmp_path


def test_a_model_of_a_function_of_a_class_and_as_it_is(folder):
    assert isinstance(load_model("nets_of_a_test:build"), nn.Linear)
    assert load_model("nets_of_a_test:ready") is load_model("nets_of_a_test:ready")
    assert isinstance(load_model("torch.nn:ReLU"), nn.ReLU)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("nets_of_a_test", "package.module:function"),
        ("nowhere_at_all:build", "no module 'nowhere_at_all'"),
        ("broken_of_a_test:build", "importing broken_of_a_test failed"),
        ("nets_of_a_test:missing", "has no 'missing'"),
        ("nets_of_a_test:number", "must give a torch.nn.Module, it gave int"),
        ("nets_of_a_test:sized", "function without arguments"),
        ("missing.pt2", "cannot be read as an exported program"),
    ],
)
def test_mistakes_in_the_model(folder, target, message):
    with pytest.raises(UserError, match=message):
        load_model(target)


class Evil:
    """Leaves a file behind when it is unpickled."""

    def __reduce__(self):
        return (os.mkdir, ("unpickled",))


@pytest.mark.filterwarnings("ignore")
def test_an_exported_program_has_the_modules_it_was_made_of(folder):
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(inplace=True))
    torch.export.save(torch.export.export(model, (torch.randn(3, 4),)), "model.pt2")
    loaded = load_model("model.pt2")
    x = torch.randn(3, 4)
    assert torch.equal(loaded(x), model(x))
    assert {"0", "1"} <= {path for path, _ in loaded.named_modules()}


@pytest.mark.filterwarnings("ignore")
def test_no_program_is_unpickled(folder):
    model = nn.Linear(4, 4)
    torch.export.save(torch.export.export(model, (torch.randn(3, 4),)), "model.pt2")
    with zipfile.ZipFile("model.pt2") as good, zipfile.ZipFile("evil.pt2", "w") as evil:
        for name in good.namelist():
            content = good.read(name)
            if name.endswith("sample_inputs/model.pt"):
                torch.save(Evil(), "sample.pt")
                with open("sample.pt", "rb") as sample:
                    content = sample.read()
            evil.writestr(name, content)
    with pytest.raises(UserError, match="torch cannot load this program"):
        load_model("evil.pt2")
    with zipfile.ZipFile("opaque.pt2", "w") as opaque:
        opaque.writestr("m/data/constants/opaque_obj_0", pickle.dumps(Evil()))
    with pytest.raises(UserError, match="pickled objects, which are never loaded"):
        load_model("opaque.pt2")
    assert not os.path.exists("unpickled")


def test_random_inputs_are_repeatable():
    assert torch.equal(drawn("4x3", 1), drawn("4x3", 1))
    tokens = drawn("4x3:7", 1)
    assert tokens.dtype == torch.int64
    assert tokens.max() < 7
    for wrong in ("", "4x", "0x3", "4x3:", "a", "4*3", "-1x3"):
        with pytest.raises(UserError, match="an input is a shape such as"):
            drawn(wrong, 0)


def test_batches_from_files(folder):
    np.save("x.npy", np.ones((3, 4)))
    assert load_batch(folder / "x.npy").dtype == torch.float32
    for batch in (torch.ones(3), [torch.ones(3)], {"ids": torch.ones(3)}):
        torch.save(batch, "x.pt")
        assert type(load_batch(folder / "x.pt")) is type(batch)
    np.save("objects.npy", np.array([Evil()], dtype=object), allow_pickle=True)
    torch.save(Evil(), "evil.pt")
    torch.save({"lr": 3}, "numbers.pt")
    (folder / "short.npy").write_bytes(b"\x93NUMPY")
    for name, message in {
        "objects.npy": "without unpickling",
        "evil.pt": "without unpickling",
        "short.npy": "cannot be read",
        "numbers.pt": "must hold a tensor",
        "missing.npy": "no such file",
        "x.csv": r"\.npy or \.pt",
    }.items():
        with pytest.raises(UserError, match=message):
            load_batch(folder / name)
    assert not os.path.exists("unpickled")
