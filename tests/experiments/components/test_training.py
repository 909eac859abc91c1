"""The cells of Figure 5: states at initialization, and training."""

import math

import pandas as pd
import pytest
import torch
from support.data import DATA
from support.watching import watched

from rankcollapse.errors import UserError
from rankcollapse.experiments.components import blocks as components_blocks
from rankcollapse.experiments.components import figure as components_figure
from rankcollapse.experiments.components import numbers as components_numbers
from rankcollapse.experiments.components import training as components
from rankcollapse.experiments.components.cells import BlocksCell, TrainingCell
from rankcollapse.networks.convolutional import ConvNet
from rankcollapse.theory.random_streams import generator
from rankcollapse.training.session import Session

pytestmark = pytest.mark.usefixtures("embedded_data")


LIFTING = {"pretraining_every": 4, "pretraining_steps": 1, "pretraining_step_size": 0.01}


MULTIPLIER = 0.0625


def at_initialization(**changes):
    settings = {"architecture": "vgg11", "dataset": DATA, "probe_size": 8, "seeds": 2, "width": MULTIPLIER}
    settings |= {"normalizations": ["none", "full"], "initializations": ["torch_default", "pretrained"]}
    cell = BlocksCell(**(settings | LIFTING | changes))
    return components_blocks.run(cell, device="cpu", session=Session()).to_pandas()


def convolutional(normalization="full", initialization="torch_default", **changes):
    settings = {"architecture": "vgg11", "width": MULTIPLIER, "dataset": DATA, "samples": 32, "augmentation": True}
    settings |= {"precision": "float32", "batch_size": 8, "probe_size": 8, "epochs": 2, "step_sizes": [0.01, 0.03]}
    settings |= {"seeds": 2, "measurements": 2, "tau": 0.1}
    settings |= LIFTING | {"normalization": normalization, "initialization": initialization}
    return components.run(TrainingCell(**(settings | changes)), device="cpu", session=Session()).to_pandas()


def test_figure_5_has_every_variant_block_and_architecture():
    blocks = at_initialization()
    assert blocks.groupby(["normalization", "initialization"]).size().to_dict() == {
        ("none", "torch_default"): 16,
        ("none", "pretrained"): 16,
        ("full", "torch_default"): 16,
    }
    assert list(blocks["block"].unique()) == list(range(1, 9))
    training = pd.concat([convolutional("none"), convolutional("none", "pretrained"), convolutional()])
    for _, rows in training.groupby(["normalization", "initialization"]):
        assert sorted(rows.loc[rows["phase"] == "final", "step"].unique()) == [0, 4, 8]
        assert set(rows["step_size"]) == {0.01, 0.03}
    depths = pd.concat([at_initialization(), at_initialization(architecture="resnet18")])
    frames = {"components.blocks": blocks, "components.depths": depths, "components.training": training}
    assert components_figure.draw(frames)
    found = components_numbers.numbers(frames)
    assert found["components.rows"].count("VGG-11") == 3
    assert found["components.ordering"] == "--"  # it is about VGG-19


@pytest.mark.parametrize(("normalization", "initialization"), [("full", "torch_default"), ("none", "pretrained")])
def test_seeds_in_cells_of_their_own_have_the_same_rows(normalization, initialization):
    together = convolutional(normalization, initialization)
    apart = [convolutional(normalization, initialization, first_seed=seed, seeds=1) for seed in (0, 1)]
    order = ["phase", "step_size", "seed", "step"]
    apart, together = (rows.sort_values(order, ignore_index=True) for rows in (pd.concat(apart), together))
    pd.testing.assert_frame_equal(apart, together, check_exact=True)


def test_what_is_asked_of_figure_5_reaches_the_trainer(monkeypatch):
    seen = watched(monkeypatch, components)
    asked = {"augmentation": False, "precision": "bfloat16", "probe_size": 16, "epochs": 3}
    frame = convolutional(**asked, seeds=3, tau=0.2)
    [(_, data, plan)] = seen
    assert (plan.augmentation, plan.precision, plan.probe_size, plan.tau) == (False, "bfloat16", 16, 0.2)
    assert (plan.batch_size, plan.epochs) == (8, 3)
    assert frame.groupby("phase")["step"].max().to_dict() == {"search": 6, "final": 12}
    assert list(frame.groupby("seed")["final_loss"].count()) == [1, 1, 1]
    for seed in range(3):
        draw = generator("components", seed, "samples")
        assert torch.equal(data.subsets[seed], torch.randperm(len(data.images), generator=draw)[:32])
    for row in ("augmentation", "precision", "probe_size"):
        assert set(frame[row]) == {asked[row]}
    convolutional()
    assert [(plan.augmentation, plan.precision) for *_, plan in seen[1:]] == [(True, "float32")]


@pytest.mark.parametrize(("normalization", "initialization"), [("full", "one_signed"), ("none", "pretrained")])
def test_the_networks_whose_rank_is_measured_are_those_that_are_trained(normalization, initialization, monkeypatch):
    measured, start = [], components_blocks.start
    monkeypatch.setattr(components_blocks, "start", lambda *a, **b: measured.append(start(*a, **b)) or measured[-1])
    at_initialization(normalizations=[normalization], initializations=[initialization])
    seen = watched(monkeypatch, components)
    convolutional(normalization, initialization, seeds=3, step_sizes=[0.01])
    [network], trained = measured, seen[-1][0]
    for ours, theirs in zip(network.parameters(), trained.parameters(), strict=True):
        assert torch.equal(ours, theirs[:2])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"samples": 12001}, "samples=12001: fashion-mnist-mini has 12000 training images only"),
        ({"samples": 8, "batch_size": 9}, "batch_size=9: the training set has 8 images only"),
        ({"probe_size": 33}, "probe_size=33: the training set has 32 images only"),
        ({"measurements": 9}, "measurements=9: the training has 8 steps only"),
    ],
)
def test_too_few_images_for_figure_5(changes, message):
    with pytest.raises(UserError, match=message):
        convolutional(**changes)


def test_a_state_that_overflows_has_no_rank_and_a_large_one_has(monkeypatch):
    frames = []
    for scale in (1.0, 2.0**100, math.inf):
        draw = torch.Generator().manual_seed(0)
        states = [torch.rand(2, 8, 4, generator=draw) * scale]
        monkeypatch.setattr(ConvNet, "hidden_states", lambda self, X, states=states: iter(states))
        frames.append(at_initialization(normalizations=["none"], initializations=["torch_default"]))
    for measure in ("numerical_rank", "participation_ratio"):
        assert list(frames[1][measure]) == list(frames[0][measure])
        assert frames[2][measure].isna().all()
    assert (frames[0]["numerical_rank"] == 4).all()
