"""Null bands: their coverage, the cosine law against simulation, and global generators that stay."""

import random

import numpy as np
import pytest
import torch
from support.untouched import unchanged
from torch import nn

from rankcollapse import RankProbe
from rankcollapse.errors import UserError
from rankcollapse.probe.null import cosine_law, fresh_initializations, relu_cosine, seeded

BATCH = torch.randn(32, 16, generator=torch.Generator().manual_seed(1))


def build(depth=3, width=16):
    return nn.Sequential(*(layer for _ in range(depth) for layer in (nn.Linear(width, width), nn.ReLU())))


def measured(network):
    with RankProbe(network) as probe, torch.no_grad():
        network(BATCH)
    return probe.frame()


def test_a_new_initialization_lies_within_the_band_as_often_as_stated():
    null = fresh_initializations(build, measured, seeds=9)
    assert null.inside == 0.8
    outside = []
    for seed in range(40):
        torch.manual_seed(seed)
        compared = null.against(measured(build()))
        outside.append(compared.loc[compared["measure"].isin(["scale", "mean_cosine"]), "unusual"].mean())
    assert 0.1 < np.mean(outside) < 0.3


def test_what_is_unusual_is_found():
    null = fresh_initializations(build, measured, seeds=5)
    network = build()
    with torch.no_grad():
        network[2].weight.mul_(10)
    compared = null.against(measured(network)).set_index(["path", "measure"])
    assert compared.loc[("2", "scale"), "unusual"]
    assert compared.loc[("2", "scale"), "value"] > compared.loc[("2", "scale"), "high"]
    with pytest.raises(UserError, match="no module in common"):
        null.against(measured(nn.Sequential(nn.Identity(), nn.Identity())).query("path == '1'").assign(path="9"))


def test_a_network_is_initialized_anew_in_copies_and_what_is_kept_is_named():
    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.gain = nn.Parameter(torch.ones(16))

        def forward(self, x):
            return self.gain * x

    network = nn.Sequential(nn.Linear(16, 16), Scaled())
    with unchanged(network):
        null = fresh_initializations(network, measured, seeds=2)
    assert null.kept == ("1.gain",)
    band = null.bands.set_index(["path", "measure"])
    assert band.loc[("0", "scale"), "low"] < band.loc[("0", "scale"), "high"]
    with pytest.raises(UserError, match="reset_parameters"):
        fresh_initializations(Scaled(), measured)
    with pytest.raises(UserError, match="at least 2"):
        fresh_initializations(build, measured, seeds=1)


def test_global_generators_go_on_as_if_nothing_had_been():
    def numbers():
        return torch.rand(3).tolist(), random.random(), np.random.rand()  # noqa: NPY002

    torch.manual_seed(0), random.seed(0), np.random.seed(0)  # noqa: NPY002
    expected = numbers()
    torch.manual_seed(0), random.seed(0), np.random.seed(0)  # noqa: NPY002
    with seeded(5):
        first = numbers()
    with pytest.raises(ZeroDivisionError), seeded(5):
        1 / 0  # noqa: B018
    with seeded(5):
        assert numbers() == first
    torch.manual_seed(0), random.seed(0), np.random.seed(0)  # noqa: NPY002
    with seeded(7):
        numbers()
    assert numbers() == expected


def test_relu_cosine_against_simulation():
    draw = torch.Generator().manual_seed(0)
    for cosine in (-0.7, 0.0, 0.5, 0.95):
        one = torch.randn(400_000, generator=draw, dtype=torch.float64)
        other = cosine * one + (1 - cosine**2) ** 0.5 * torch.randn(400_000, generator=draw, dtype=torch.float64)
        one, other = one.relu(), other.relu()
        simulated = (one @ other / (one.norm() * other.norm())).item()
        assert relu_cosine(cosine) == pytest.approx(simulated, abs=0.005)
    assert relu_cosine(1) == 1
    assert relu_cosine(-1) == 0


@pytest.mark.parametrize("batch_norm", [False, True])
def test_random_networks_lie_within_the_cosine_law(batch_norm):
    width, outside = 256, []
    for seed in range(8):
        torch.manual_seed(seed)
        layers = []
        for _ in range(8):
            linear = nn.Linear(width, width, bias=False)
            nn.init.kaiming_normal_(linear.weight)
            layers += [linear, *([nn.BatchNorm1d(width)] if batch_norm else []), nn.ReLU()]
        network = nn.Sequential(*layers)
        with RankProbe(network) as probe, torch.no_grad():
            network(torch.randn(64, width))
        compared = probe.against(cosine_law(probe.frame(), probe.inputs(), batch_norm=batch_norm))
        assert len(compared) == 8
        outside.append(compared["unusual"].mean())
    assert np.mean(outside) < 0.05


def test_a_collapsed_network_lies_outside_the_law_of_bn():
    network = nn.Sequential(*(layer for _ in range(12) for layer in (nn.Linear(64, 64), nn.ReLU())))
    with RankProbe(network) as probe, torch.no_grad():
        network(torch.randn(64, 64))
    compared = probe.against(cosine_law(probe.frame(), probe.inputs(), batch_norm=True))
    assert compared["unusual"].iloc[-1]
    with pytest.raises(UserError, match="of type ReLU"):
        cosine_law(probe.frame().query("type == 'Linear'"), probe.inputs())
