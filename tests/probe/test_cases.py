"""What breaks other tools that hook into networks: a test for each case, with the right rows or the right message."""

import copy
import dataclasses
import math
from typing import NamedTuple

import pytest
import torch
from support.states import ranks
from support.untouched import unchanged
from torch import nn

from rankcollapse import RankProbe
from rankcollapse.errors import UserError

WIDTH = 6
BATCH = torch.randn(8, WIDTH, generator=torch.Generator().manual_seed(1))


def mlp(inplace=False, depth=3):
    torch.manual_seed(0)
    layers = [layer for _ in range(depth) for layer in (nn.Linear(WIDTH, WIDTH), nn.ReLU(inplace))]
    return nn.Sequential(*layers)


def probed(model, *args, **kwargs):
    with RankProbe(model) as probe, torch.no_grad():
        model(*args, **kwargs)
    return probe


def test_an_in_place_relu_does_not_overwrite_what_was_measured():
    rows = [probed(mlp(inplace), BATCH).frame() for inplace in (False, True)]
    assert rows[0].equals(rows[1])
    assert rows[0].loc[0, "dead"] == 0  # before the ReLU
    with RankProbe(mlp(True)) as probe:
        probe.model(BATCH).sum().backward()
    assert probe.frame()["gradient_norm"].notna().all()


def encoder():
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(WIDTH, 2, 12, dropout=0.0, batch_first=True)
    return nn.TransformerEncoder(layer, 2, enable_nested_tensor=False).eval()


def test_the_fast_path_of_the_encoder_is_off_and_the_switch_is_restored():
    model, batch = encoder(), torch.randn(3, 5, WIDTH)
    switch = torch.backends.mha
    with unchanged(model):
        probe = probed(model, batch)
    assert {"layers.0.linear1", "layers.1.norm2", "layers.0.self_attn"} <= set(probe.frame()["path"])
    assert any("fast path" in note for note in probe.notes)
    switch.set_fastpath_enabled(False)
    try:
        with torch.no_grad():
            expected = model(batch)
            with RankProbe(model) as probe:
                assert torch.equal(model(batch), expected)
        assert not switch.get_fastpath_enabled()
        assert not any("fast path" in note for note in probe.notes)
    finally:
        switch.set_fastpath_enabled(True)


def test_the_switch_of_the_fast_path_is_restored_after_an_exception():
    model, batch = encoder(), torch.randn(3, 5, WIDTH + 1)
    with unchanged(model), pytest.raises((RuntimeError, AssertionError)), RankProbe(model):
        model(batch)


def test_parts_that_are_not_called_are_listed():
    class Around(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = nn.MultiheadAttention(WIDTH, 2, batch_first=True)
            self.direct = nn.Linear(WIDTH, WIDTH)
            self.unused = nn.Linear(WIDTH, WIDTH)

        def forward(self, x):
            return self.direct.forward(self.attention(x, x, x)[0])

    probe = probed(Around(), torch.randn(3, 5, WIDTH))
    assert probe.never_called == ["attention.out_proj", "direct", "unused"]
    assert list(probe.frame()["path"]) == ["attention", "attention", ""]  # its output, and its weights
    assert list(probe.frame()["output"]) == ["[0]", "[1]", ""]


def test_a_compiled_model_is_refused():
    compiled = torch.compile(mlp())
    with pytest.raises(UserError, match=r"compiled.*model\._orig_mod"):
        RankProbe(compiled)
    with pytest.raises(UserError, match="its module '1'"):
        RankProbe(nn.Sequential(nn.ReLU(), compiled))
    in_place = mlp()
    in_place[0].compile()
    with pytest.raises(UserError, match="its module '0'"):
        RankProbe(in_place)
    assert len(probed(compiled._orig_mod, BATCH).frame()) == 7


def test_a_module_that_runs_twice_or_has_two_names():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(WIDTH, WIDTH)
            self.second = self.first

        def forward(self, x):
            return self.second(self.first(x)).tanh()

    model = Twice()
    with unchanged(model):
        frame = probed(model, BATCH).frame()
    assert list(zip(frame["path"], frame["call"], strict=True)) == [("first", 0), ("first", 1), ("", 0)]
    with torch.no_grad():
        states = [model.first(BATCH), model.first(model.first(BATCH))]
    for row, x in zip(frame.to_dict("records"), states, strict=False):
        assert row["participation_ratio"] == pytest.approx(ranks(x.T)["participation_ratio"], rel=1e-5)


class Fails(nn.Module):
    def forward(self, x):
        raise ZeroDivisionError("of the model")


@pytest.mark.parametrize("training", [True, False])
def test_nothing_is_changed_by_an_exception_in_the_model_or_in_the_probe(monkeypatch, training):
    model = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.BatchNorm1d(WIDTH), Fails()).train(training)
    model[1].eval()  # a frozen layer stays so
    with unchanged(model), pytest.raises(ZeroDivisionError), RankProbe(model) as probe:
        model(BATCH)
    assert list(probe.frame()["path"]) == ["0", "1"]

    def breaks(*_):
        raise ArithmeticError("of the probe")

    monkeypatch.setattr("rankcollapse.probe.rank_probe.measure", breaks)
    with unchanged(model), pytest.raises(ArithmeticError), RankProbe(model):
        model(BATCH)


def test_a_hook_that_cannot_be_set_leaves_none_behind(monkeypatch):
    model = encoder()

    def breaks(self, *args, **kwargs):
        raise RuntimeError("no more hooks")

    monkeypatch.setattr(nn.LayerNorm, "register_forward_hook", breaks)
    with unchanged(model), pytest.raises(RuntimeError, match="no more hooks"):
        RankProbe(model).__enter__()


def test_modes_buffers_and_random_state_are_those_of_a_run_without_the_probe():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.BatchNorm1d(WIDTH), nn.Dropout(0.5), nn.Linear(WIDTH, 2))
    model[1].eval()
    plain = copy.deepcopy(model)
    torch.manual_seed(1)
    expected = plain(BATCH)
    state = torch.get_rng_state()
    torch.manual_seed(1)
    with RankProbe(model):
        found = model(BATCH)
    assert torch.equal(found, expected)
    assert torch.equal(torch.get_rng_state(), state)
    assert [module.training for module in model.modules()] == [module.training for module in plain.modules()]
    assert model.state_dict().keys() == plain.state_dict().keys()
    assert all(torch.equal(one, plain.state_dict()[name]) for name, one in model.state_dict().items())


class Point(NamedTuple):
    x: torch.Tensor
    label: torch.Tensor


@dataclasses.dataclass
class Result:
    state: torch.Tensor
    loss: torch.Tensor | None = None


def test_outputs_that_are_nested():
    class Nests(nn.Module):
        def forward(self, x):
            return {
                "pair": (x, [2 * x, None]),
                "point": Point(x, torch.arange(len(x))),
                "result": Result(3 * x),
                "text": "all else",
                "scalar": x.sum(),
                "empty": x[:0],
                4: x.bool(),
                5: x,
            }

    frame = probed(Nests(), BATCH).frame()
    assert list(frame["output"]) == [".pair[0]", ".pair[1][0]", ".point.x", ".result.state", "[5]"]
    assert list(frame["scale"] / frame["scale"][0]) == pytest.approx([1, 2, 1, 3, 1])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_measured_in_higher_precision_and_that_is_said(dtype):
    probe = probed(mlp().to(dtype), BATCH.to(dtype))
    frame = probe.frame()
    assert set(frame["computed_in"]) == {"float64"}
    assert frame["participation_ratio"].notna().all()
    assert any(str(dtype).removeprefix("torch.") in note and "higher precision" in note for note in probe.notes)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_the_first_module_whose_output_is_not_finite_is_named(bad):
    model = mlp()
    with torch.no_grad():
        model[2].weight[0, 0] = bad
    probe = probed(model, BATCH)
    frame = probe.frame().set_index("path")
    assert list(frame["finite"]) == [True, True, False, False, False, False, False]
    assert frame.loc["2":, "participation_ratio"].isna().all()
    assert probe.notes[0] == "2 (Linear) is the first module whose output is not finite."


def test_a_batch_of_one_has_rank_one_by_construction():
    probe = probed(mlp(), BATCH[:1])
    assert set(probe.frame()["numerical_rank"]) == {1}
    assert any("rank is one by construction" in note for note in probe.notes)
    assert "more samples" in probe.verdict()[0]


def test_a_constant_batch_is_collapsed_and_never_fine():
    probe = probed(mlp(), BATCH[:1].repeat(8, 1))
    assert any("All samples of the batch are equal" in note for note in probe.notes)
    assert not any("Neither rank nor scale" in words for words in probe.verdict())
    assert (probe.frame()["centred_participation_ratio"] < 1e-6).all()
    assert not any("All samples" in note for note in probed(mlp(), BATCH).notes)


def test_singular_values_are_meant_and_not_eigenvalues():
    """A state with singular values 2, 1: its second moments have eigenvalues in the ratio 4 to 1."""
    frame = probed(nn.Identity(), torch.diag(torch.tensor([2.0, 1.0]))).frame()
    assert frame.loc[0, "participation_ratio"] == pytest.approx(25 / 17)
    assert frame.loc[0, "stable_rank"] == pytest.approx(5 / 4)
    assert "M = H Hᵀ / N" in frame.attrs["participation_ratio"]


def test_rank_is_measured_before_and_after_a_relu_each_in_a_row():
    model = nn.Sequential(nn.Identity(), nn.ReLU())
    batch = torch.diag(torch.tensor([1.0, -1.0, -1.0]))
    frame = probed(model, batch).frame()
    assert list(frame["type"]) == ["Identity", "ReLU", "Sequential"]
    assert list(frame["numerical_rank"]) == [3, 1, 1]


def test_torchscript_is_refused():
    with pytest.warns(DeprecationWarning, match="script"):
        scripted = torch.jit.script(nn.Sequential(nn.Linear(2, 2)))
    with pytest.raises(UserError, match="TorchScript"):
        RankProbe(scripted)
    with pytest.raises(UserError, match="its module '0'"):
        RankProbe(nn.Sequential(scripted))


def test_what_is_no_module_or_has_no_values():
    with pytest.raises(UserError, match=r"expected a torch\.nn\.Module, got function"):
        RankProbe(lambda x: x)
    with pytest.raises(UserError, match="'meta'"):
        RankProbe(nn.Linear(2, 2, device="meta"))


def test_a_call_past_the_hooks_is_never_an_empty_table():
    model = mlp()[0]
    with RankProbe(model) as probe:
        model.forward(BATCH)
    with pytest.raises(UserError, match=r"no module was called.*model\.forward"):
        probe.frame()


def test_recurrent_networks():
    model = nn.LSTM(WIDTH, 4, num_layers=2)
    frame = probed(model, torch.randn(7, 3, WIDTH)).frame()
    assert list(frame["output"]) == ["[0]", "[1][0]", "[1][1]"]
    assert list(frame["columns"]) == [21, 6, 6]


def test_checkpointed_parts_keep_their_gradients():
    class Checkpointed(nn.Module):
        def __init__(self):
            super().__init__()
            self.part = nn.Linear(WIDTH, WIDTH)

        def forward(self, x):
            return torch.utils.checkpoint.checkpoint(self.part, x, use_reentrant=False)

    model = Checkpointed()
    model(BATCH).square().sum().backward()
    expected, model.part.weight.grad = model.part.weight.grad, None
    with RankProbe(model) as probe:
        model(BATCH).square().sum().backward()
    assert torch.equal(model.part.weight.grad, expected)
    assert list(probe.frame()["path"][:2]) == ["part", ""]
