"""The training cells of Figure 1, against plain networks."""

import numpy as np
import pandas as pd
import pytest
import torch
from support.data import DATA
from support.networks import sequential
from support.watching import watched
from torch import nn

from rankcollapse.datasets.load import load_training_set
from rankcollapse.experiments.trainability import training
from rankcollapse.experiments.trainability.cells import TrainingCell
from rankcollapse.networks.mlp import mlp
from rankcollapse.theory.random_streams import generator
from rankcollapse.training.session import Session

TRAINING = {"depth": 1, "dataset": DATA, "width": 8, "batch_size": 1000, "epochs": 1}


pytestmark = pytest.mark.usefixtures("embedded_data")


def trained(variant="vanilla", step_sizes=(0.01, 0.1), **changes):
    settings = TRAINING | {"step_sizes": list(step_sizes), "seeds": 3} | changes
    return training.run(TrainingCell(variant=variant, **settings), device="cpu", session=Session()).to_pandas()


def test_every_network_has_a_step_size_of_its_own():
    frame = trained()
    search, final = (frame[frame["phase"] == phase] for phase in ("search", "final"))
    assert (list(final["seed"]), len(search)) == ([0, 1, 2], 3)
    assert (search["step"] < final["step"].min()).all()
    # of two step sizes of which one hardly moves the network, all take the other
    assert set(trained(step_sizes=(1e-9, 0.1)).query("phase == 'final'")["step_size"]) == {0.1}
    assert final["final_loss"].nunique() == 3


def test_a_seed_is_the_same_weights_and_order_in_both_variants(monkeypatch):
    seen = watched(monkeypatch, training)
    trained("vanilla"), trained("bn")
    (vanilla, _, plan), (bn, _, other) = seen
    assert plan.keys == other.keys
    assert all(torch.equal(one.weight, two.weight) for one, two in zip(vanilla.layers, bn.layers, strict=True))


def test_a_network_does_not_depend_on_who_is_trained_beside_it():
    few, many = (frame.sort_values(["seed", "step_size"], ignore_index=True) for frame in (trained(seeds=2), trained()))
    assert few.equals(many[many["seed"] < 2])


def test_vanilla_and_bn_are_what_they_say():
    assert trained("bn")["final_loss"].mean() < trained("vanilla")["final_loss"].mean()


def test_a_diverging_step_size_is_recorded_and_not_chosen():
    frame = trained(step_sizes=(0.1, 1e30))
    assert frame[frame["step_size"] == 1e30]["diverged"].all()
    assert frame[frame["step_size"] == 1e30][["loss", "final_loss"]].isna().all(axis=None)
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
        sample = torch.randperm(len(images), generator=generator("depth.training", 1, seed, "sample"))[:1000]
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
    key = ("depth.training", 0, 1)
    plain = sequential(mlp(784, 16, 0, 10, normalized=True, generators=[generator(*key, "weights")]), 0)
    optimizer = torch.optim.Adam(plain.parameters(), lr=0.01)
    order = torch.randperm(len(images), generator=generator(*key, "order", 0))
    for index in order.split(4000):
        optimizer.zero_grad()
        nn.functional.cross_entropy(plain(images[index].flatten(1)), labels[index]).backward()
        optimizer.step()
    order = torch.randperm(len(images), generator=generator("evaluation", len(images)))
    with torch.no_grad():
        losses = [nn.functional.cross_entropy(plain(images[i].flatten(1)), labels[i]).item() for i in order.split(4000)]
    found = frame[(frame["phase"] == "final") & (frame["seed"] == 1)]["final_loss"].item()
    assert found == pytest.approx(np.mean(losses), rel=1e-3)


def test_without_a_search_every_network_is_trained_with_each_step_size():
    fixed = trained("bn", step_sizes=[0.1, 0.5], search=False)
    assert list(fixed["phase"].unique()) == ["final"]
    assert list(zip(fixed["step_size"], fixed["seed"], strict=True)) == [(s, n) for s in (0.1, 0.5) for n in range(3)]
    for step in (0.1, 0.5):
        searched = trained("bn", step_sizes=[step])
        final = searched[searched["phase"] == "final"].reset_index(drop=True)
        pd.testing.assert_frame_equal(trained("bn", step_sizes=[step], search=False), final, check_exact=True)
        beside = fixed[fixed["step_size"] == step].reset_index(drop=True)
        pd.testing.assert_frame_equal(beside, final, check_exact=True)
