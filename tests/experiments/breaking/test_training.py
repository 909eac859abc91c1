"""The cells of Figure 6."""

import pandas as pd
import pytest
import torch
from support.data import DATA
from support.watching import watched

from rankcollapse.errors import UserError
from rankcollapse.experiments.breaking import figure as breaking_figure
from rankcollapse.experiments.breaking import numbers as breaking_numbers
from rankcollapse.experiments.breaking import training as breaking
from rankcollapse.experiments.breaking.cells import BreakingCell
from rankcollapse.experiments.breaking.summary import networks
from rankcollapse.training.session import Session

pytestmark = pytest.mark.usefixtures("embedded_data")


def broken(variant, **changes):
    settings = {"dataset": DATA, "width": 8, "layers": 6, "batch_size": 500, "epochs": 1, "step_size": 0.05, "seeds": 3}
    settings |= {"every": 3, "little": 1, "much": 4, "pretraining_step_size": 0.1, "measurements": 3, "tau": 0.1}
    cell = BreakingCell(variant=variant, **(settings | changes))
    return breaking.run(cell, device="cpu", session=Session()).to_pandas()


def test_figure_6_has_five_variants_and_their_course():
    frame = pd.concat([broken("vanilla"), broken("bn")])
    steps = frame.groupby("variant")["pretraining_steps"].unique().str[0].to_dict()
    assert steps == {"vanilla": 0, "little": 2, "much": 8, "bn": 0, "one-signed": 0}
    assert sorted(set(frame["step"])) == [0, 8, 16, 24]
    start = networks(frame).groupby("variant")["ratio"].mean()
    assert start["one-signed"] < 1.01 < start["bn"]
    for module in (breaking_figure.draw, breaking_numbers.numbers):
        assert module({"breaking.training": frame})
    with pytest.raises(UserError, match="the training has 24 steps only"):
        broken("vanilla", measurements=25)
    with pytest.raises(UserError, match="batch_size=12001"):
        broken("vanilla", batch_size=12001)


def test_pre_training_by_no_step_is_none():
    frame = broken("vanilla", pretraining_step_size=1e-30).set_index("variant")
    for variant in ("little", "much"):
        assert list(frame.loc[variant, "loss"].dropna()) == list(frame.loc["vanilla", "loss"].dropna())


def test_one_sign_of_all_parameters_is_that_of_the_release(monkeypatch):
    seen = watched(monkeypatch, breaking)
    frame, fewer = broken("bn", one_signed="all"), broken("bn", one_signed="all", seeds=2)
    assert (set(frame["variant"]), set(frame["one_signed"])) == ({"one-signed"}, {"all"})
    (network, _, _), (few, _, _) = seen
    assert network.members == 3
    for parameter, same in zip(network.parameters(), few.parameters(), strict=True):
        assert torch.equal(parameter[:2], same)  # a seed of its own
        assert 0 <= parameter.min() < parameter.max() <= 0.1
    everything = torch.cat([parameter.flatten() for parameter in network.parameters()])
    assert everything.mean().item() == pytest.approx(0.05, abs=6 * 0.1 / (12 * len(everything)) ** 0.5)
    assert all(layer.gain.unique().numel() > 20 < layer.shift.unique().numel() for layer in network.layers[:-1])
    assert len(fewer) == 2 / 3 * len(frame)


def test_tanh_networks_have_controls_with_weights_of_both_signs(monkeypatch):
    seen = watched(monkeypatch, breaking)
    tanh, relu, both = broken("bn", activation="tanh"), broken("bn"), broken("bn", activation="tanh", one_signed="all")
    for frame, name in ((tanh, "tanh"), (relu, "relu"), (both, "tanh")):
        assert (set(frame["activation"]), seen.pop(0)[0].activation) == ({name}, name)
    assert [set(frame["variant"]) for frame in (tanh, both)] == [{"bn", "one-signed"}, {"one-signed"}]
    draws = [frame.loc[frame["step"] == 0, ["variant", "seed", "gradient_norm"]] for frame in (tanh, relu)]
    assert draws[0][["variant", "seed"]].equals(draws[1][["variant", "seed"]])
    assert not draws[0]["gradient_norm"].eq(draws[1]["gradient_norm"]).any()
