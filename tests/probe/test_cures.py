"""The cures: what they reach, what they leave alone, and that an interrupted one leaves a usable model."""

import copy

import pytest
import torch
from support.untouched import everything, same
from torch import nn
from torch.nn.utils import parametrizations

from rankcollapse import RankProbe, raise_rank
from rankcollapse.errors import UserError
from rankcollapse.probe.cures import rescale
from rankcollapse.theory.spectra import participation_ratio

BATCH = torch.randn(32, 16, generator=torch.Generator().manual_seed(1))


def mlp(depth=5, **norm):
    torch.manual_seed(0)
    hidden = [
        layer for _ in range(depth) for layer in (nn.Linear(16, 16), *(make() for make in norm.values()), nn.ReLU())
    ]
    return nn.Sequential(*hidden, nn.Linear(16, 3))


def ratio(model, until):
    with torch.no_grad():
        return participation_ratio(model[:until](BATCH).T).item()


@pytest.mark.parametrize("objective", ["ratio", "norm"])
def test_raise_rank_raises_the_participation_ratio_that_it_reports(objective):
    model = mlp()
    before = ratio(model, 10)
    report = raise_rank(model, BATCH, layers="9", objective=objective, steps=30)
    [row] = report.layers.to_dict("records")
    assert row["path"] == "9"
    assert row["participation_ratio_before"] == pytest.approx(before, rel=1e-4)
    assert row["participation_ratio_after"] == pytest.approx(ratio(model, 10), rel=1e-4)
    assert row["participation_ratio_after"] > 1.2 * before
    assert 0 < row["steps"] <= 30


def test_raise_rank_takes_the_inputs_of_all_linear_layers_but_the_first_by_default():
    report = raise_rank(mlp(depth=2), [BATCH[:16], BATCH[16:]], steps=3)
    assert list(report.layers["path"]) == ["input of 2", "input of 4"]
    assert set(report.layers["stopped"]) <= {"steps are used up", "gains are small", "no step gains"}


def test_raise_rank_stops_where_nothing_can_be_gained():
    model = nn.Sequential(nn.Linear(4, 4, bias=False), nn.Identity(), nn.Linear(4, 4))
    with torch.no_grad():
        model[0].weight.copy_(torch.eye(4))
    report = raise_rank(model, torch.eye(4), layers="0", steps=500)
    [row] = report.layers.to_dict("records")
    assert row["steps"] < 500
    assert row["participation_ratio_after"] == pytest.approx(4)


def test_only_weights_change():
    model = mlp(bn=lambda: nn.BatchNorm1d(16), dropout=lambda: nn.Dropout(0.1))
    model[1].eval()
    model[0].weight.grad = torch.ones(16, 16)
    model[3 + 1].weight.requires_grad_(False)
    for cure in (lambda: raise_rank(model, BATCH, layers="15", steps=2), lambda: rescale(model, BATCH)):
        before = everything(model)
        report = cure()
        after = everything(model)
        for part in set(before) - {"values"}:
            assert same(before[part], after[part]), part
        assert torch.equal(before["values"]["4.weight"], after["values"]["4.weight"])
        assert not torch.equal(before["values"]["0.weight"], after["values"]["0.weight"])
        assert any("4" in words and "rozen" in words for words in report.left_alone)


def test_an_interrupted_step_is_taken_back():
    model = mlp()
    seen = []

    class Interrupted(nn.Module):
        def forward(self, x):
            seen.append(copy.deepcopy(model.state_dict()))
            if len(seen) == 6:
                raise KeyboardInterrupt
            return x

    whole = nn.Sequential(*model[:4], Interrupted(), *model[4:])
    with pytest.raises(KeyboardInterrupt):
        raise_rank(whole, BATCH, layers="3", steps=50)
    now = model.state_dict()
    assert all(value.isfinite().all() for value in now.values())
    assert any(all(torch.equal(now[name], state[name]) for name in now) for state in seen[:-1])
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in whole.modules())


def test_rescale_gives_every_layer_the_scale_one():
    model = mlp()
    with torch.no_grad():
        model[4].weight.mul_(1e-6)
    report = rescale(model, BATCH)
    assert report.layers["scale_after"].to_list() == pytest.approx([1] * 6, rel=1e-5)
    with RankProbe(model, nn.Linear) as probe, torch.no_grad():
        model(BATCH)
    assert probe.frame()["scale"].to_list() == pytest.approx([1] * 6, rel=1e-5)
    assert report.left_alone == []


def test_rescale_changes_no_rank_without_biases():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(16, 16, bias=False), nn.ReLU(), nn.Linear(16, 16, bias=False), nn.ReLU())
    before = ratio(model, 4)
    rescale(model, BATCH)
    assert ratio(model, 4) == pytest.approx(before, rel=1e-4)


def test_rescale_says_what_it_leaves_alone():
    shared = nn.Linear(16, 16)
    other = nn.Linear(16, 16)
    other.weight = shared.weight
    zero = nn.Linear(16, 16)
    nn.init.zeros_(zero.weight), nn.init.zeros_(zero.bias)
    normed = parametrizations.weight_norm(nn.Linear(16, 16))
    model = nn.ModuleList([shared, other, normed, zero, nn.Linear(16, 16)])
    model.forward = lambda x: zero(normed(other(shared(shared(x)))))
    told = rescale(model, BATCH).left_alone
    assert "1 was left alone: it shares its weight with 0." in told
    assert "2 was left alone: its weight is computed from others (a parametrization)." in told
    assert "3 was left alone: its output has scale 0." in told
    assert "4 was left alone: it is not called as a module." in told


def test_rescale_of_convolutions():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3))
    report = rescale(model, torch.randn(8, 3, 8, 8))
    assert report.layers["scale_after"].to_list() == pytest.approx([1, 1], rel=1e-5)


def test_mistakes():
    with pytest.raises(UserError, match="'ratio' or 'norm'"):
        raise_rank(mlp(), BATCH, objective="rank")
    with pytest.raises(UserError, match="must be positive"):
        raise_rank(mlp(), BATCH, steps=0)
    with pytest.raises(UserError, match="expected batches"):
        raise_rank(mlp(), [])
    with pytest.raises(UserError, match="one linear layer only"):
        raise_rank(nn.Sequential(nn.Linear(16, 16)), BATCH)
    with pytest.raises(UserError, match="no linear layer"):
        rescale(nn.ReLU(), BATCH)
    with pytest.raises(UserError, match="all are frozen"):
        raise_rank(mlp().requires_grad_(False), BATCH)
    dead = mlp()
    nn.init.zeros_(dead[0].weight), nn.init.zeros_(dead[0].bias)
    with pytest.raises(UserError, match="no rank to raise"):
        raise_rank(dead, BATCH, layers="1")
    model = nn.ModuleList([nn.Linear(16, 16), nn.Linear(16, 16)])
    model.forward = lambda x: model[0](x)
    with pytest.raises(UserError, match="never called"):
        raise_rank(model, BATCH, layers="1")
