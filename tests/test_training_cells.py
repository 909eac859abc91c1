"""Cells of Figures 4, 5 and 6, directional vanishing and two classes, against slow versions."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
import yaml
from test_networks import CLASSES, batch, ensemble, sequential

from rankcollapse.config import check_settings
from rankcollapse.convolutional import ConvNet
from rankcollapse.datasets.load import load_training_set
from rankcollapse.errors import UserError
from rankcollapse.experiments.breaking import figure as breaking_figure
from rankcollapse.experiments.breaking import numbers as breaking_numbers
from rankcollapse.experiments.breaking import training as breaking
from rankcollapse.experiments.breaking.summary import networks
from rankcollapse.experiments.components import blocks as components_blocks
from rankcollapse.experiments.components import figure as components_figure
from rankcollapse.experiments.components import numbers as components_numbers
from rankcollapse.experiments.components import training as components
from rankcollapse.experiments.components.settings import ComponentsSettings
from rankcollapse.experiments.directions import figure as directions_figure
from rankcollapse.experiments.directions import gradients as directions
from rankcollapse.experiments.directions import numbers as directions_numbers
from rankcollapse.experiments.directions.gradients import mean_absolute_cosine, per_sample_gradients
from rankcollapse.experiments.pairs import figure as pairs_figure
from rankcollapse.experiments.pairs import numbers as pairs_numbers
from rankcollapse.experiments.pairs import training as pairs
from rankcollapse.experiments.pretraining import figure as pretraining_figure
from rankcollapse.experiments.pretraining import numbers as pretraining_numbers
from rankcollapse.experiments.pretraining import training as pretraining
from rankcollapse.seeding import generator
from rankcollapse.session import Session

DATA = "fashion-mnist-mini"


pytestmark = pytest.mark.usefixtures("embedded_data")


def pretrained(variant="vanilla", **changes):
    settings = {"depth": 3, "dataset": DATA, "width": 8, "batch_size": 1000, "epochs": 2, "step_sizes": [0.1, 0.5]}
    settings |= {"search_seeds": 1, "seeds": 2, "pretraining_batches": 2, "pretraining_steps": 3, "tau": 0.1}
    settings |= {"pretraining_step_size": 0.1, "device": "cpu", "session": Session()}
    return pretraining.run(variant=variant, **(settings | changes)).to_pandas()


def test_pretrained_networks_start_from_the_weights_of_the_vanilla_ones():
    frame = pretrained(pretraining_step_size=1e-30)
    vanilla, lifted = (frame[frame["variant"] == name] for name in ("vanilla", "pretrained"))
    measured = ["phase", "step_size", "seed", "step", "loss", "participation_ratio", "final_loss", "final_accuracy"]
    pd.testing.assert_frame_equal(vanilla[measured].reset_index(drop=True), lifted[measured].reset_index(drop=True))
    assert set(vanilla["pretraining_steps"]) == {0}
    assert set(lifted["pretraining_steps"]) == {6}


def test_every_variant_has_the_same_grid_and_the_history_of_every_epoch():
    frame = pd.concat([pretrained("vanilla"), pretrained("bn")])
    for _, rows in frame.groupby("variant"):
        assert set(rows.loc[rows["phase"] == "search", "step_size"]) == {0.1, 0.5}
        assert sorted(set(rows.loc[rows["phase"] == "final", "step"])) == [0, 12, 24]
    assert frame["final_accuracy"].notna().equals(frame["step"] == 24)
    for module in (pretraining_figure, pretraining_numbers):
        assert (module.draw if module is pretraining_figure else module.numbers)({"pretraining.training": frame})


def broken(variant, **changes):
    settings = {"dataset": DATA, "width": 8, "layers": 6, "batch_size": 500, "epochs": 1, "step_size": 0.05, "seeds": 3}
    settings |= {"every": 3, "little": 1, "much": 4, "pretraining_step_size": 0.1, "measurements": 3, "tau": 0.1}
    return breaking.run(variant=variant, device="cpu", session=Session(), **(settings | changes)).to_pandas()


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
    for run in (broken, pretrained):
        with pytest.raises(UserError, match="batch_size=12001"):
            run("vanilla", batch_size=12001)


def test_pre_training_by_no_step_is_none():
    frame = broken("vanilla", pretraining_step_size=1e-30).set_index("variant")
    for variant in ("little", "much"):
        assert list(frame.loc[variant, "loss"].dropna()) == list(frame.loc["vanilla", "loss"].dropna())


def watched(monkeypatch, module):
    """What `train` of a module is called with, a call each: a copy of the network, the data, and the rest by name."""
    seen, train = [], module.train

    def watch(network, data, **rest):
        seen.append((network.select(list(range(network.members))), data, rest))
        return train(network, data, **rest)

    monkeypatch.setattr(module, "train", watch)
    return seen


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


def test_raw_pixels_are_those_of_the_data_set_times_255(monkeypatch):
    raw = pretrained("vanilla", pixels="raw", step_sizes=[1e-4])
    images, labels = load_training_set(DATA)
    monkeypatch.setattr(pretraining, "load_training_set", lambda name: (images * 255, labels))
    by_hand = pretrained("vanilla", step_sizes=[1e-4])
    assert (set(raw["pixels"]), set(by_hand["pixels"])) == ({"raw"}, {"scaled"})
    pd.testing.assert_frame_equal(raw.drop(columns="pixels"), by_hand.drop(columns="pixels"), check_exact=True)


@pytest.mark.parametrize("scale", ["smoke", "laptop", "paper"])
def test_the_deviations_differ_in_one_thing_from_what_they_are_compared_with(scale):
    path = Path(__file__).parent.parent / f"config/{scale}.yaml"
    settings = check_settings(yaml.safe_load(path.read_text()), scale)
    for experiment, part, base, thing in (
        ("depth", "adam", "training", {"optimizer": "adam", "step_sizes": settings.depth.adam.step_sizes}),
        ("depth", "fixed", "training", {"search": False, "step_sizes": settings.depth.fixed.step_sizes}),
        ("pretraining", "raw", "training", {"pixels": "raw"}),
        ("breaking", "release", "training", {}),
    ):
        grids = getattr(settings, experiment).grids()
        assert grids[part].fixed == grids[base].fixed | thing
        common = [
            {name: value for name, value in cell.items() if name in grids[base].cells[0]} for cell in grids[part].cells
        ]
        assert all(cell in grids[base].cells for cell in common)
    ways = [(cell["activation"], cell["one_signed"]) for cell in settings.breaking.grids()["release"].cells]
    assert ways == [("tanh", "weights"), ("relu", "all"), ("tanh", "all")]


LIFTING = {"pretraining_every": 4, "pretraining_steps": 1, "pretraining_step_size": 0.01}
MULTIPLIER = 0.0625


def at_initialization(**changes):
    settings = {"architecture": "vgg11", "dataset": DATA, "probe_size": 8, "seeds": 2, "width": MULTIPLIER}
    settings |= {"normalizations": ["none", "full"], "initializations": ["torch_default", "pretrained"]}
    return components_blocks.run(**(settings | LIFTING | changes), device="cpu", session=Session()).to_pandas()


def convolutional(normalization="full", initialization="torch_default", **changes):
    settings = {"architecture": "vgg11", "width": MULTIPLIER, "dataset": DATA, "samples": 32, "augmentation": True}
    settings |= {"precision": "float32", "batch_size": 8, "probe_size": 8, "epochs": 2, "step_sizes": [0.01, 0.03]}
    settings |= {"search_epochs": 1, "search_seeds": 1, "seeds": 2, "measurements": 2, "tau": 0.1, "device": "cpu"}
    settings |= LIFTING | {"normalization": normalization, "initialization": initialization, "session": Session()}
    return components.run(**(settings | changes)).to_pandas()


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
        assert set(rows.loc[rows["phase"] == "search", "step_size"]) == {0.01, 0.03}
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
    assert set(apart[1]["phase"]) == {"final"}  # the rows of the search are those of the first cell
    order = ["phase", "step_size", "seed", "step"]
    apart, together = (rows.sort_values(order, ignore_index=True) for rows in (pd.concat(apart), together))
    pd.testing.assert_frame_equal(apart, together, check_exact=True)


def test_what_is_asked_of_figure_5_reaches_the_trainer(monkeypatch):
    seen = watched(monkeypatch, components)
    asked = {"augmentation": False, "precision": "bfloat16", "probe_size": 16, "epochs": 3, "search_epochs": 2}
    frame = convolutional(**asked, seeds=3, tau=0.2)
    (_, _, search), (_, data, final) = seen
    for given in (search, final):
        assert [given[name] for name in ("augmentation", "precision", "probe_size", "tau")] == [
            False,
            "bfloat16",
            16,
            0.2,
        ]
        assert given["batch_size"] == 8
    assert (search["epochs"], final["epochs"]) == (2, 3)
    assert frame.groupby("phase")["step"].max().to_dict() == {"search": 8, "final": 12}
    assert list(frame.groupby("seed")["final_loss"].count()) == [3, 1, 1]  # the search's, and one of each final network
    for seed in range(3):
        draw = generator("components", "final", seed, "samples")
        assert torch.equal(data.subsets[seed], torch.randperm(len(data.images), generator=draw)[:32])
    for row in ("augmentation", "precision", "probe_size"):
        assert set(frame[row]) == {asked[row]}
    convolutional()
    assert [given["augmentation"] for *_, given in seen[2:]] == [True, True]
    assert [given["precision"] for *_, given in seen[2:]] == ["float32", "float32"]


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


FAMILY = {"architectures": ["vgg19"], "normalizations": ["full"], "initializations": ["pretrained"]}


@pytest.mark.parametrize(
    ("part", "changes", "message"),
    [
        ("training", {"families": 2 * [FAMILY | {"initializations": ["torch_default"]}]}, "a network twice: vgg19"),
        ("training", {"families": [FAMILY]}, "pretrained is for VGG without normalization"),
        ("training", {"families": []}, "at least 1 item"),
        ("training", {"samples": 12001}, "samples is 12001; there are 12000 images"),
        ("training", {"batch_size": 33}, "batch_size is 33; there are 32 images"),
        ("pretraining", {"every": 9}, "less than or equal to 8"),
    ],
)
def test_settings_of_figure_5_that_cannot_be(part, changes, message):
    settings = yaml.safe_load((Path(__file__).parent.parent / "config/smoke.yaml").read_text())["components"]
    settings[part] |= changes
    with pytest.raises(ValueError, match=message):
        ComponentsSettings.model_validate(settings)


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


def test_per_sample_gradients_are_those_of_one_sample_at_a_time():
    network, X = ensemble(True), batch()
    labels = torch.randint(CLASSES, X.shape[:2], generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        *_, H = network.hidden_states(X)
        found = per_sample_gradients(network, H, labels)
    for member in (0, 3):
        last = sequential(network, member)[-1]
        for sample in (0, 5, 31):
            last.zero_grad()
            F.cross_entropy(last(H[member, :, sample]), labels[member, sample]).backward()
            torch.testing.assert_close(found[member, sample], last.weight.grad)


def test_cosines_are_those_of_all_pairs():
    vectors = torch.randn(2, 5, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    pairs_of = [(i, j) for i in range(5) for j in range(i)]
    for member in range(2):
        expected = [abs(F.cosine_similarity(vectors[member, i], vectors[member, j], dim=0)) for i, j in pairs_of]
        assert mean_absolute_cosine(vectors)[member] == pytest.approx(np.mean(expected))
    line = torch.tensor([[1.0], [-2.0], [3.0]]) * torch.tensor([1.0, 5.0, -2.0])
    assert mean_absolute_cosine(line * 1e-30) == pytest.approx(1, abs=1e-5)  # rank one, however small


def test_cosines_of_random_networks():
    settings = {"dataset": DATA, "width": 32, "batch_size": 40, "depths": [0, 16], "seeds": 3, "device": "cpu"}
    frame = pd.concat(directions.run(variant=variant, **settings).to_pandas() for variant in ("vanilla", "bn"))
    mean = frame.groupby(["variant", "depth"])["unit_cosine"].mean()
    assert mean["vanilla", 16] > 0.999 > mean["vanilla", 0] > mean["bn", 16]
    assert directions_figure.draw({"directions.gradients": frame})
    assert directions_numbers.numbers({"directions.gradients": frame})["directions.deepest"] == "16"


def paired(**changes):
    settings = {"variant": "bn", "depth": 0, "dataset": DATA, "width": 8, "batch_size": 400, "epochs": 1, "pairs": 3}
    settings |= {"step_sizes": [0.1], "search_pairs": 1, "device": "cpu", "session": Session()}
    return pairs.run(**(settings | changes)).to_pandas()


def test_pairs_are_a_random_sample_that_grows_by_its_end():
    few, many = paired(), paired(pairs=100)
    final = many[many["phase"] == "final"]
    assert len(final) == len(set(zip(final["first"], final["second"], strict=True))) == 45
    of_few = few.loc[few["phase"] == "final", ["first", "second"]]
    assert (final[["first", "second"]].to_numpy()[:3] == of_few.to_numpy()).all()
    assert (final["first"] < final["second"]).all()
    assert final["final_accuracy"].mean() > 0.7  # two classes, not ten
    both = pd.concat([many, paired(variant="vanilla")])
    assert pairs_figure.draw({"pairs.training": both})
    assert pairs_numbers.numbers({"pairs.training": both})["pairs.count"] == "45"


def test_two_classes_that_are_too_few():
    with pytest.raises(UserError, match="two classes of fashion-mnist-mini have 2400 images only"):
        paired(batch_size=2401)
