"""The probe over training: tables of every n-th step, and training that is the same with and without."""

import copy

import pandas as pd
import pytest
import torch
from torch import nn

from rankcollapse.errors import UserError
from rankcollapse.probe.over_training import ProbeOverTraining


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 6), nn.BatchNorm1d(6), nn.ReLU(inplace=True), nn.Dropout(0.2), nn.Linear(6, 2))


def trained(model, block, steps=7):
    torch.manual_seed(1)
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)
    for number in range(steps):
        with block(number):
            optimizer.zero_grad()
            model(torch.randn(16, 6)).square().mean().backward()
        optimizer.step()


def test_training_is_the_same_and_every_nth_step_has_a_table(tmp_path):
    plain, model = network(), network()
    from contextlib import nullcontext

    trained(plain, lambda number: nullcontext())
    watch = ProbeOverTraining(model, tmp_path / "probe", every=3)
    trained(model, watch.step)
    for name, value in model.state_dict().items():
        assert torch.equal(value, plain.state_dict()[name]), name
    frame = pd.read_parquet(tmp_path / "probe")
    assert list(frame["step"].unique()) == [0, 3, 6]
    assert (frame.groupby("step").size() == 6).all()
    assert frame["gradient_norm"].notna().all()


def test_callbacks_at_the_start_and_the_end_of_a_step(tmp_path):
    model = network()
    watch = ProbeOverTraining(model, tmp_path / "probe", every=2, modules=nn.Linear)
    for number in range(4):
        watch.start(number)
        model(torch.randn(16, 6)).sum().backward()
        watch.stop()
    assert sorted(path.name for path in (tmp_path / "probe").iterdir()) == ["000000000.parquet", "000000002.parquet"]
    watch.start(5)
    with pytest.raises(UserError, match="has not ended"):
        watch.start(6)
    watch.stop()


def test_a_step_that_fails_leaves_no_table_and_no_hook(tmp_path):
    model = network()
    watch = ProbeOverTraining(model, tmp_path / "probe", every=1)
    with pytest.raises(RuntimeError), watch.step(0):
        model(torch.randn(16, 7))
    assert not (tmp_path / "probe").exists()
    assert not any(module._forward_hooks for module in model.modules())
    with pytest.raises(UserError, match="at least 1"):
        ProbeOverTraining(copy.deepcopy(model), tmp_path, every=0)
