"""The probe: its rows equal `spectra` on captured outputs, and nothing is changed."""

import copy
import gc
import weakref

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from support.gpu import needs_gpu
from support.states import captured, cosines, numerical_rank_between, ranks
from support.untouched import everything, same, unchanged
from torch import nn

from rankcollapse import RankProbe
from rankcollapse.errors import UserError
from rankcollapse.probe.rank_probe import COLUMNS, to_table
from rankcollapse.probe.reductions import reduced
from rankcollapse.storage.frames import read_frame, write_frame

WIDTH = 6
FIXED = [
    "path", "type", "call", "shape", "dtype", "reduction", "participation_ratio", "centred_participation_ratio",
    "numerical_rank", "soft_rank", "stable_rank", "mean_cosine", "mean_absolute_cosine", "scale", "dead", "finite",
    "gradient_norm",
]  # fmt: skip


class Nested(nn.Module):
    """Gives a tuple with a dict, a list and what is not a tensor, and takes the same."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        y = self.linear(x)
        return {"out": y, "more": [y.sum(), None, 3, (y.long(), 2 * y)]}


class First(nn.Module):
    """Takes the output of `Nested` apart."""

    def forward(self, value):
        return value["out"]


class Residual(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return x + self.inner(x)


class Images(nn.Module):
    """A convolution within a network of vectors."""

    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(1, 3, 2, padding=1)

    def forward(self, x):
        return self.convolution(x.view(len(x), 1, 2, WIDTH // 2)).flatten(1)[:, :WIDTH]


class Sequences(nn.Module):
    """A recurrent layer within a network of vectors."""

    def __init__(self):
        super().__init__()
        self.recurrence = nn.GRU(3, 3, batch_first=True)

    def forward(self, x):
        return self.recurrence(x.view(len(x), 2, 3))[0].flatten(1)


LAYERS = {
    "linear": lambda: [nn.Linear(WIDTH, WIDTH)],
    "relu": lambda: [nn.ReLU()],
    "in place": lambda: [nn.Linear(WIDTH, WIDTH), nn.ReLU(inplace=True)],
    "tanh": lambda: [nn.Tanh()],
    "bn": lambda: [nn.BatchNorm1d(WIDTH)],
    "dropout": lambda: [nn.Dropout(0.3)],
    "shared": lambda: [],  # one and the same, see `built`
    "residual": lambda: [Residual(nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.ReLU(inplace=True)))],
    "nested": lambda: [Nested(), First()],
    "images": lambda: [Images()],
    "sequences": lambda: [Sequences()],
}
architectures = st.lists(st.sampled_from(sorted(LAYERS)), min_size=1, max_size=7)


def built(names, seed, training):
    torch.manual_seed(seed)
    shared = nn.Linear(WIDTH, WIDTH)
    layers = [layer for name in names for layer in LAYERS[name]() or [shared]]
    return nn.Sequential(*layers).train(training)


@settings(max_examples=40, deadline=None)
@given(architectures, st.integers(0, 1000), st.booleans(), st.integers(2, 9))
def test_rows_equal_spectra_on_captured_outputs_and_nothing_changes(names, seed, training, samples):
    model = built(names, seed, training)
    batch = torch.randn(samples, WIDTH)
    plain, hooked = copy.deepcopy(model), copy.deepcopy(model)
    torch.manual_seed(seed)
    with captured(hooked) as states:
        hooked(batch)
    torch.manual_seed(seed)
    expected = plain(batch)
    if torch.is_tensor(expected) and expected.requires_grad:
        expected.square().mean().backward()
    after = everything(plain)

    torch.manual_seed(seed)
    with RankProbe(model) as probe:
        found = model(batch)
        if torch.is_tensor(found) and found.requires_grad:
            found.square().mean().backward()
    assert same(found, expected)
    now = everything(model)
    for part in set(after) - {"identities", "attributes"}:
        assert same(now[part], after[part]), part
    frame = probe.frame()
    states = [(path, x) for path, x in states if x.ndim]
    assert list(frame["path"]) == [path for path, _ in states]
    for row, (_, x) in zip(frame.to_dict("records"), states, strict=True):
        X = reduced(x, row["reduction"], True)
        assert row["shape"] == "x".join(map(str, x.shape))
        assert row["reduction"] == ("positions" if x.ndim == 3 else "flatten")
        for name, value in ranks(X.mT).items():
            if name != "soft_rank":
                assert row[name] == pytest.approx(value, rel=1e-4, abs=1e-9), name
        low, high = numerical_rank_between(X.mT)
        assert low <= row["numerical_rank"] <= high
        assert (row["mean_cosine"], row["mean_absolute_cosine"]) == pytest.approx(cosines(X.mT), abs=1e-6, nan_ok=True)
        assert row["scale"] == pytest.approx(x.square().mean().sqrt().item(), rel=1e-5)
        assert row["dead"] == (X == 0).all(0).double().mean().item()


def mlp(depth=3, inplace=False):
    torch.manual_seed(0)
    layers = [layer for _ in range(depth) for layer in (nn.Linear(WIDTH, WIDTH), nn.ReLU(inplace))]
    return nn.Sequential(*layers, nn.Linear(WIDTH, 3))


BATCH = torch.randn(8, WIDTH, generator=torch.Generator().manual_seed(1))


def test_the_columns_and_their_descriptions():
    model = mlp()
    with RankProbe(model) as probe:
        model(BATCH)
    frame = probe.frame()
    assert list(frame.columns) == list(COLUMNS)
    assert [name for name in frame.columns if name in FIXED] == FIXED
    assert frame.attrs == COLUMNS
    assert list(frame["path"]) == ["0", "1", "2", "3", "4", "5", "6", ""]
    assert list(frame["type"][:2]) == ["Linear", "ReLU"]
    assert probe.never_called == []
    [input_row] = probe.inputs().to_dict("records")
    assert (input_row["path"], input_row["shape"]) == ("(input)", "8x6")
    assert input_row["scale"] == pytest.approx(BATCH.square().mean().sqrt().item())


def test_gradients_are_those_of_autograd():
    model = mlp(inplace=True)
    reference = copy.deepcopy(model)
    kept = []

    def keep(module, args, output):
        output.retain_grad()
        kept.append(output)

    for layer in reference:
        layer.inplace = False
        layer.register_forward_hook(keep)
    reference(BATCH).square().sum().backward()
    with RankProbe(model) as probe:
        model(BATCH).square().sum().backward()
    frame = probe.frame()
    for row, output in zip(frame.to_dict("records"), kept, strict=False):
        assert row["gradient_norm"] == pytest.approx(output.grad.norm().item(), rel=1e-5)
        assert row["gradient_mean_cosine"] == pytest.approx(cosines(output.grad.T)[0], abs=1e-5)
    for ours, theirs in zip(model.parameters(), reference.parameters(), strict=True):
        assert torch.equal(ours.grad, theirs.grad)


def test_without_a_backward_pass_gradients_are_missing():
    model = mlp()
    with RankProbe(model) as probe, torch.no_grad():
        model(BATCH)
    assert probe.frame()["gradient_norm"].isna().all()


def test_modules_are_chosen_by_name_glob_and_class():
    model = nn.ModuleDict({"a": mlp(), "b": nn.Linear(3, 2)})
    model.forward = lambda x: model["b"](model["a"](x))

    def paths(modules):
        with RankProbe(model, modules) as probe:
            model(BATCH)
        return list(probe.frame()["path"])

    assert paths("b") == ["b"]
    assert paths("a.[0-2]") == ["a.0", "a.1", "a.2"]
    assert paths(nn.ReLU) == paths("ReLU") == ["a.1", "a.3", "a.5"]
    assert paths(["b", nn.ReLU]) == ["a.1", "a.3", "a.5", "b"]
    with pytest.raises(UserError, match=r"no module fits 'c\.\*'.*Classes here: Linear, ModuleDict, ReLU, Sequential"):
        RankProbe(model, "c.*")


def test_reductions_are_chosen_for_all_or_by_module():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(16, 2))
    batch = torch.randn(5, 3, 4, 4)
    with RankProbe(model, reduction="pool") as probe:
        model(batch)
    frame = probe.frame().set_index("path")
    assert (frame.loc["0", "columns"], frame.loc["0", "units"]) == (5, 4)
    with RankProbe(model, reduction={"0": "channels", nn.ReLU: "positions"}) as probe:
        model(batch)
    frame = probe.frame().set_index("path")
    assert frame["reduction"].to_dict() == {
        "0": "channels",
        "1": "positions",
        "2": "flatten",
        "3": "flatten",
        "": "flatten",
    }
    assert (frame.loc["0", "columns"], frame.loc["1", "columns"]) == (20, 20)
    with pytest.raises(UserError, match="a reduction is one of"):
        RankProbe(model, reduction="mean")


def test_a_new_block_starts_a_new_table():
    model = mlp()
    probe = RankProbe(model)
    for _ in range(2):
        with probe:
            model(BATCH)
    assert len(probe.frame()) == 8
    with probe, pytest.raises(UserError, match="open already"), probe:
        pass
    with pytest.raises(UserError, match="no module was called"):
        probe.frame()


def test_two_probes_at_once_and_hooks_of_the_user():
    model = mlp()
    calls = []
    handle = model[0].register_forward_hook(lambda *_: calls.append(1))
    with unchanged(model), RankProbe(model) as one, RankProbe(model, "0") as other, torch.no_grad():
        model(BATCH)
    assert len(calls) == 1
    assert len(other.frame()) == 1
    pd.testing.assert_frame_equal(one.frame().head(1), other.frame())
    handle.remove()


def test_no_graph_and_no_state_is_kept():
    model = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.Tanh())  # the graph of tanh holds its output
    with RankProbe(model) as probe:
        output = model(BATCH)
        left = weakref.ref(output)
        del output
        gc.collect()
        assert left() is None
    assert len(probe.frame()) == 3


def test_a_frame_survives_parquet(tmp_path):
    model = mlp()
    with RankProbe(model) as probe:
        model(BATCH)
    write_frame(to_table(probe.frame()), tmp_path / "probe.parquet")
    table = read_frame(tmp_path / "probe.parquet")
    assert table.schema.field("dead").metadata == {b"description": COLUMNS["dead"].encode()}
    pd.testing.assert_frame_equal(
        pq.read_table(tmp_path / "probe.parquet").to_pandas(), probe.frame(), check_flags=False
    )


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_other_dtypes(dtype):
    model, batch = mlp().to(dtype), BATCH.to(dtype)
    with unchanged(model), RankProbe(model) as probe, torch.no_grad():
        model(batch)
    frame = probe.frame()
    assert set(frame["dtype"]) == {str(dtype).removeprefix("torch.")}
    assert np.isfinite(frame["participation_ratio"]).all()


@needs_gpu
def test_a_gpu_gives_the_numbers_of_the_cpu():
    model = mlp()
    frames = []
    for device in ("cpu", "cuda"):
        with unchanged(model.to(device)), RankProbe(model) as probe, torch.no_grad():
            model(BATCH.to(device))
        frames.append(probe.frame())
    pd.testing.assert_frame_equal(*frames, rtol=1e-4)


def test_the_threads_random_numbers_and_inference_mode_stay():
    model = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.Dropout(0.5), nn.BatchNorm1d(WIDTH))
    torch.manual_seed(3)
    expected = model(BATCH)
    model[2].reset_running_stats()
    torch.manual_seed(3)
    with torch.inference_mode(), RankProbe(model):
        assert torch.equal(model(BATCH), expected)
