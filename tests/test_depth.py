"""The cells of Figure 1 and the numbers drawn from them."""

import math

import numpy as np
import pandas as pd
import pytest
import torch
from test_networks import sequential
from torch import nn

from rankcollapse.datasets.load import load_training_set
from rankcollapse.experiments.depth import rank, training
from rankcollapse.experiments.depth.figure import draw
from rankcollapse.experiments.depth.numbers import numbers
from rankcollapse.networks import mlp
from rankcollapse.seeding import generator
from rankcollapse.session import Session
from rankcollapse.spectra import participation_ratio

DATA = "fashion-mnist-mini"
RANK = {"dataset": DATA, "width": 32, "batch_size": 64, "depths": [0, 2, 6], "seeds": 4, "tau": 0.1, "device": "cpu"}
TRAINING = {"depth": 1, "dataset": DATA, "width": 8, "batch_size": 1000, "epochs": 1, "device": "cpu"}


pytestmark = pytest.mark.usefixtures("embedded_data")


def ranks(variant, **changes):
    return rank.run(variant=variant, **(RANK | changes)).to_pandas()


def plain_rank(variant, depth, seed):
    """r of the last hidden state by PyTorch's own modules, from the same random numbers."""
    images, _ = load_training_set(DATA)
    weights, batch = (generator("depth.rank", variant, purpose, seed) for purpose in ("weights", "batch"))
    X = images.flatten(1)[torch.randperm(len(images), generator=batch)[: RANK["batch_size"]]]
    for fan_in in [784] + [RANK["width"]] * depth:
        draw = torch.empty(RANK["width"], fan_in + 1).uniform_(-(fan_in**-0.5), fan_in**-0.5, generator=weights)
        X = X @ draw[:, :-1].T + draw[:, -1]
        X = torch.relu(nn.BatchNorm1d(RANK["width"])(X) if variant == "bn" else X)
    return participation_ratio(X.T).item(), np.linalg.matrix_rank(X.detach().numpy())


@pytest.mark.parametrize("variant", ["vanilla", "bn"])
def test_ranks_are_those_of_plain_networks(variant):
    frame = ranks(variant).set_index(["depth", "seed"])
    for depth in RANK["depths"]:
        for seed in (0, 3):
            ratio, numerical = plain_rank(variant, depth, seed)
            assert frame.loc[(depth, seed), "participation_ratio"] == pytest.approx(ratio, rel=1e-3)
            assert frame.loc[(depth, seed), "numerical_rank"] == pytest.approx(numerical, abs=1)


def test_a_depth_does_not_depend_on_the_other_depths_nor_a_seed_on_the_others():
    all_depths = ranks("vanilla")
    alone = ranks("vanilla", depths=[2], seeds=2)
    pd.testing.assert_frame_equal(
        all_depths[(all_depths["depth"] == 2) & (all_depths["seed"] < 2)].reset_index(drop=True), alone
    )


def trained(variant="vanilla", step_sizes=(0.01, 0.1), **changes):
    settings = TRAINING | {"step_sizes": list(step_sizes), "search_seeds": 2, "seeds": 3} | changes
    return training.run(variant=variant, session=Session(), **settings).to_pandas()


def test_final_networks_have_the_step_size_of_the_search_and_seeds_of_their_own():
    frame = trained()
    search, final = (frame[frame["phase"] == phase] for phase in ("search", "final"))
    assert (len(search), len(final)) == (4, 3)
    best = search.groupby("step_size")["final_loss"].mean().idxmin()
    assert set(final["step_size"]) == {best}
    # a network is told by its loss: none of the final ones was seen in the search
    assert not set(final["final_loss"]) & set(search["final_loss"])
    assert final["final_loss"].nunique() == 3


def test_a_network_does_not_depend_on_who_is_trained_beside_it():
    few, many = trained(seeds=2), trained(seeds=3)
    assert few[few["phase"] == "final"].equals(many[(many["phase"] == "final") & (many["seed"] < 2)])


def test_vanilla_and_bn_are_what_they_say():
    assert trained("bn")["final_loss"].mean() < trained("vanilla")["final_loss"].mean()


def test_a_diverging_step_size_is_recorded_and_not_chosen():
    frame = trained(step_sizes=(0.1, 1e30))
    assert frame[frame["step_size"] == 1e30]["diverged"].all()
    assert frame[frame["step_size"] == 1e30]["final_loss"].isna().all()
    assert set(frame[frame["phase"] == "final"]["step_size"]) == {0.1}


@pytest.mark.parametrize("variant", ["vanilla", "bn"])
def test_accuracies_on_a_sample_and_with_statistics_of_the_whole_set_are_those_of_plain_networks(variant, monkeypatch):
    """The networks are seen where these accuracies are computed; all else is computed anew."""
    seen, compute = [], training._other_accuracies
    monkeypatch.setattr(training, "_other_accuracies", lambda *given: seen.append(given[0]) or compute(*given))
    frame = trained(variant, width=16, step_sizes=[0.3])
    [network], (images, labels) = seen, load_training_set(DATA)
    assert frame.loc[frame["phase"] == "search", [*training.OTHER_ACCURACIES]].isna().all(axis=None)
    for seed, found in frame[frame["phase"] == "final"].set_index("seed").iterrows():
        plain = sequential(network, seed)
        sample = torch.randperm(
            len(images), generator=generator("depth.training", variant, 1, "final", "sample", seed)
        )[:1000]
        with torch.no_grad():  # 1,000 images are one batch here, and so is the whole set
            right = {
                name: plain(images[index].flatten(1)).argmax(1).eq(labels[index]).float().mean().item()
                for name, index in (("sampled_accuracy", sample), ("population_accuracy", slice(None)))
            }
        assert found[[*right]].to_dict() == pytest.approx(right, abs=1e-3)
        assert len({found["sampled_accuracy"], found["final_accuracy"]}) == 2
        assert (found["population_accuracy"] == found["final_accuracy"]) == (variant == "vanilla")


def test_adam_is_that_of_pytorch():
    frame = trained("bn", depth=0, width=16, batch_size=4000, step_sizes=[0.01], optimizer="adam")
    assert set(frame["optimizer"]) == {"adam"}
    images, labels = load_training_set(DATA)
    key = ("depth.training", "bn", 0, "final")
    plain = sequential(mlp(784, 16, 0, 10, normalized=True, generators=[generator(*key, "weights", 1)]), 0)
    optimizer = torch.optim.Adam(plain.parameters(), lr=0.01)
    order = torch.randperm(len(images), generator=generator(*key, 1, "order", 0))
    for index in order.split(4000):
        optimizer.zero_grad()
        nn.functional.cross_entropy(plain(images[index].flatten(1)), labels[index]).backward()
        optimizer.step()
    order = torch.randperm(len(images), generator=generator("evaluation", len(images)))
    with torch.no_grad():
        losses = [nn.functional.cross_entropy(plain(images[i].flatten(1)), labels[i]).item() for i in order.split(4000)]
    found = frame[(frame["phase"] == "final") & (frame["seed"] == 1)]["final_loss"].item()
    assert found == pytest.approx(np.mean(losses), rel=1e-3)


def test_without_a_search_every_step_size_has_the_networks_that_the_search_would_have_trained():
    fixed = trained("bn", step_sizes=[0.1, 0.5], search=False)
    assert list(fixed["phase"].unique()) == ["final"]
    assert list(zip(fixed["step_size"], fixed["seed"], strict=True)) == [(s, n) for s in (0.1, 0.5) for n in range(3)]
    for step in (0.1, 0.5):
        searched = trained("bn", step_sizes=[step])
        final = searched[searched["phase"] == "final"].reset_index(drop=True)
        pd.testing.assert_frame_equal(trained("bn", step_sizes=[step], search=False), final, check_exact=True)
        beside = fixed[fixed["step_size"] == step].reset_index(drop=True)
        pd.testing.assert_frame_equal(beside, final, check_exact=True)


def frames():
    """Made-up frames in which every number differs."""
    shared = {"dataset": DATA, "width": 128, "batch_size": 128}
    rank_rows = [
        shared
        | {"variant": variant, "depth": depth, "seed": seed, "numerical_rank": value + seed, "participation_ratio": 3}
        for variant, values in (("vanilla", {0: 120, 8: 30, 16: 0}), ("bn", {0: 90, 8: 80, 16: 100}))
        for depth, value in values.items()
        for seed in (0, 1, 2)
    ]
    training_rows = [
        shared
        | {"variant": variant, "depth": depth, "seed": seed, "phase": phase, "step_size": step, "diverged": False}
        | {"final_accuracy": value + seed / 100, "final_loss": 1.0}
        for variant, values in (("vanilla", {0: 0.9, 8: 0.6, 16: 0.1}), ("bn", {0: 0.8, 8: 0.85, 16: 0.7}))
        for depth, value in values.items()
        for phase, step in (("search", 0.1), ("search", 0.3), ("search", 1.0), ("final", 0.3 if depth else 1.0))
        for seed in (0, 1, 2)
    ]
    return {"depth.rank": pd.DataFrame(rank_rows), "depth.training": pd.DataFrame(training_rows)}


def test_numbers_are_those_of_the_frames():
    found = numbers(frames())
    assert found["depth.root"] == "11.3"
    assert found["depth.rank.vanilla.shallowest"].startswith("121.0 [")
    assert found["depth.rank.vanilla.deepest"].startswith("1.0 [")
    assert found["depth.rank.vanilla.collapsed"] == "16"
    assert found["depth.rank.bn.lowest"].startswith("81.0 [")
    assert found["depth.rank.bn.minimum"] == "80"
    assert (found["depth.published.compared"], found["depth.published.difference"]) == ("2", "4")
    assert found["depth.accuracy.bn.lowest"].startswith("0.710 [")
    assert found["depth.accuracy.vanilla.deepest"].startswith("0.110 [")
    assert found["depth.accuracy.vanilla.trained"] == "8"
    assert (found["depth.training.cells"], found["depth.training.edge"]) == ("6", "2")


def test_what_does_not_collapse_or_train_has_no_depth():
    changed = frames()
    changed["depth.rank"]["numerical_rank"] += 50
    changed["depth.training"]["final_accuracy"] = 0.1
    changed["depth.rank"]["width"] = 64
    found = numbers(changed)
    assert found["depth.rank.vanilla.collapsed"] == found["depth.accuracy.vanilla.trained"] == "--"
    assert (found["depth.published.compared"], found["depth.published.difference"]) == ("0", "--")


def test_the_figure_shows_the_means():
    left, right = draw(frames()).axes
    lines = {line.get_label(): line for line in left.get_lines()}
    assert list(lines["original, read off"].get_ydata()) == [125, 34]
    bars = {container.get_label(): container for container in right.containers}
    assert list(bars["vanilla"].lines[0].get_ydata()) == pytest.approx([0.91, 0.61, 0.11])
    assert math.isclose(left.get_ylim()[0], 0)
