"""The batched trainer against a plain loop, and what happens when a member diverges."""

import math

import pytest
import torch
import torch.nn.functional as F
from test_networks import CLASSES, INPUTS, ensemble, sequential

from rankcollapse.errors import UserError
from rankcollapse.experiments.depth.training import best_step_size
from rankcollapse.training import evaluate, train

SAMPLES, BATCH = 100, 32


def data():
    draw = torch.Generator().manual_seed(0)
    images = torch.randn(SAMPLES, INPUTS, generator=draw)
    labels = torch.randint(CLASSES, (SAMPLES,), generator=draw)
    return images, labels


def orders(members):
    return [torch.Generator().manual_seed(100 + member) for member in members]


@pytest.mark.parametrize("normalized", [False, True])
def test_training_matches_a_plain_loop(normalized):
    images, labels = data()
    step_sizes = [0.01, 0.05, 0.1, 0.2]
    layers = ensemble(normalized)
    networks = [sequential(layers, member) for member in range(4)]
    train(
        layers,
        images,
        labels,
        step_sizes=torch.tensor(step_sizes),
        batch_size=BATCH,
        epochs=2,
        orders=orders(range(4)),
    )
    losses, accuracies = evaluate(layers, images, labels, BATCH)
    for member, (network, order, step_size) in enumerate(zip(networks, orders(range(4)), step_sizes, strict=True)):
        optimizer = torch.optim.SGD(network.parameters(), lr=step_size)
        for _ in range(2):
            permutation = torch.randperm(SAMPLES, generator=order)
            for index in permutation[: SAMPLES // BATCH * BATCH].split(BATCH):
                optimizer.zero_grad()
                F.cross_entropy(network(images[index]), labels[index]).backward()
                optimizer.step()
        scores = torch.cat([network(x) for x in images.split(BATCH)])  # training mode: batch statistics
        assert losses[member].item() == pytest.approx(F.cross_entropy(scores, labels).item(), rel=1e-4)
        assert accuracies[member].item() == pytest.approx((scores.argmax(1) == labels).float().mean().item())


def test_a_diverging_member_is_recorded_and_leaves_the_others_alone():
    images, labels = data()
    kwargs = {"batch_size": BATCH, "epochs": 20}
    mixed, alone = ensemble(False, [0, 1]), ensemble(False, [1])
    train(mixed, images, labels, step_sizes=torch.tensor([1e6, 0.1]), orders=orders([0, 1]), **kwargs)
    train(alone, images, labels, step_sizes=torch.tensor([0.1]), orders=orders([1]), **kwargs)
    losses, accuracies = evaluate(mixed, images, labels, BATCH)
    assert not math.isfinite(losses[0])
    assert 0 <= accuracies[0] <= 1
    assert torch.equal(losses[1:], evaluate(alone, images, labels, BATCH)[0])
    assert torch.equal(mixed[0].weight[1:], alone[0].weight)


def test_training_learns():
    images, _ = data()
    labels = (images[:, 0] > 0).long()
    layers = ensemble(True)
    before, _ = evaluate(layers, images, labels, BATCH)
    train(
        layers, images, labels, step_sizes=torch.full((4,), 0.1), batch_size=BATCH, epochs=20, orders=orders(range(4))
    )
    after, accuracies = evaluate(layers, images, labels, BATCH)
    assert (after < before / 2).all()
    assert (accuracies > 0.9).all()


def test_a_batch_larger_than_the_set_is_refused():
    images, labels = data()
    with pytest.raises(UserError, match="100 samples only"):
        train(
            ensemble(False, [0]),
            images,
            labels,
            step_sizes=torch.ones(1),
            batch_size=101,
            epochs=1,
            orders=orders([0]),
        )


def row(step_size, loss):
    return {"step_size": step_size, "loss": loss}


def test_the_step_size_is_chosen_by_mean_loss_and_never_a_diverging_one():
    assert best_step_size([row(0.1, 1.0), row(0.1, 3.0), row(0.3, 1.5), row(0.3, 1.6)]) == 0.3
    assert best_step_size([row(0.1, 1.0), row(0.3, 0.1), row(0.3, None)]) == 0.1
    assert best_step_size([row(0.3, None), row(0.1, None)]) == 0.1
