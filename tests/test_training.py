"""The batched trainer against a plain loop, what happens when a member diverges, and the search for a step size."""

import math

import pytest
import torch
import torch.nn.functional as F
from test_networks import CLASSES, INPUTS, ensemble, sequential

from rankcollapse.errors import UserError
from rankcollapse.search import best_step_size, search_then_train
from rankcollapse.seeding import generator
from rankcollapse.spectra import participation_ratio, soft_rank
from rankcollapse.training import HISTORY, Data, evaluate, losses, train

SAMPLES, BATCH = 100, 32


def data(members=4, device="cpu"):
    draw = torch.Generator().manual_seed(0)
    images = torch.randn(SAMPLES, INPUTS, generator=draw)
    labels = torch.randint(CLASSES, (SAMPLES,), generator=draw)
    return Data.shared(images.to(device), labels.to(device), members)


def keys(members):
    return [("order", member) for member in members]


def plain_step(network, optimizer, X, y):
    optimizer.zero_grad()
    loss = F.cross_entropy(network(X), y)
    loss.backward()
    optimizer.step()
    return loss.item()


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("normalized", [False, True])
def test_training_matches_a_plain_loop(normalized, optimizer):
    task = data()
    step_sizes = [0.01, 0.05, 0.1, 0.2] if optimizer == "sgd" else [0.0001, 0.001, 0.002, 0.003]
    network = ensemble(normalized)
    plain = [sequential(network, member) for member in range(4)]
    history = train(
        network,
        task,
        step_sizes=step_sizes,
        batch_size=BATCH,
        epochs=2,
        keys=keys(range(4)),
        measure_at=[3, 6],
        optimizer=optimizer,
    )
    final, accuracies = evaluate(network, task, BATCH)
    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer]
    evaluation = torch.randperm(SAMPLES, generator=generator("evaluation", SAMPLES))
    images, labels = task.images, task.labels[0]
    for member, (net, key, step_size) in enumerate(zip(plain, keys(range(4)), step_sizes, strict=True)):
        stepper = kind(net.parameters(), lr=step_size)
        batch_losses = []
        for epoch in range(2):
            order = torch.randperm(SAMPLES, generator=generator(*key, "order", epoch))
            for index in order[: SAMPLES // BATCH * BATCH].split(BATCH):
                batch_losses.append(plain_step(net, stepper, images[index], labels[index]))
        scores = torch.cat([net(images[index]) for index in evaluation.split(BATCH)])  # training mode: batch statistics
        expected = F.cross_entropy(scores, labels[evaluation]).item()
        assert final[member].item() == pytest.approx(expected, rel=1e-3)
        accuracy = (scores.argmax(1) == labels[evaluation]).float().mean().item()
        assert accuracies[member].item() == pytest.approx(accuracy)
        recorded = [row["loss"] for row in history if row["member"] == member]
        assert recorded == pytest.approx([sum(batch_losses[:3]) / 3, sum(batch_losses[3:]) / 3], rel=1e-3)


def test_history_is_what_it_says():
    network, task = ensemble(True), data()
    key = keys(range(4))
    history = train(
        network, task, step_sizes=[1e-9] * 4, batch_size=BATCH, epochs=1, keys=key, measure_at=[0, 2], tau=0.3
    )
    assert [(row["step"], row["member"]) for row in history] == [
        (step, member) for step in (0, 2) for member in range(4)
    ]
    assert {*history[0]} == {"member", *HISTORY}
    assert history[0]["loss"] is None
    assert history[4]["accuracy"] is not None
    for row in history:  # the network has not moved
        probe = torch.randperm(SAMPLES, generator=generator(*key[row["member"]], "probe"))[:BATCH]
        net = sequential(network, row["member"])
        H = net[:-1](task.images[probe]).T
        assert row["participation_ratio"] == pytest.approx(participation_ratio(H).item(), rel=1e-4)
        assert row["soft_rank"] == soft_rank(H, 0.3).item()
        F.cross_entropy(net(task.images[probe]), task.labels[0][probe]).backward()
        norm = sum(p.grad.square().sum() for p in net.parameters()).sqrt().item()
        assert row["gradient_norm"] == pytest.approx(norm, rel=1e-3)
        assert row["diverged"] is False


@pytest.mark.parametrize("normalized", [False, True])
def test_a_member_does_not_depend_on_who_shares_its_batch(normalized):
    kwargs = {"batch_size": BATCH, "epochs": 3, "measure_at": [0, 9]}
    together, alone = ensemble(normalized, range(6)), ensemble(normalized, [4])
    many = train(together, data(6), step_sizes=[0.1, 1e6, 0.2, 0.3, 0.05, 0.1], keys=keys(range(6)), **kwargs)
    one = train(alone, data(1), step_sizes=[0.05], keys=keys([4]), **kwargs)
    for ours, theirs in zip(together.parameters(), alone.parameters(), strict=True):
        assert torch.equal(ours[4:5], theirs)
    assert [row | {"member": 0} for row in many if row["member"] == 4] == one


def test_a_diverging_member_is_recorded_and_leaves_the_others_alone():
    kwargs = {"batch_size": BATCH, "epochs": 20, "measure_at": [0, 60]}
    mixed, alone = ensemble(False, [0, 1]), ensemble(False, [1])
    history = train(mixed, data(2), step_sizes=[1e6, 0.1], keys=keys([0, 1]), **kwargs)
    train(alone, data(1), step_sizes=[0.1], keys=keys([1]), **kwargs)
    final, accuracies = evaluate(mixed, data(2), BATCH)
    assert not math.isfinite(final[0])
    assert 0 <= accuracies[0] <= 1
    assert torch.equal(final[1:], evaluate(alone, data(1), BATCH)[0])
    assert torch.equal(mixed.layers[0].weight[1:], alone.layers[0].weight)
    before, after = ([row for row in history if row["step"] == step] for step in (0, 60))
    assert [row["diverged"] for row in before] == [False, False]
    assert [row["diverged"] for row in after] == [True, False]
    assert after[0]["loss"] is after[0]["participation_ratio"] is after[0]["gradient_norm"] is None


def test_training_learns():
    task = data()
    task = Data.shared(task.images, (task.images[:, 0] > 0).long(), 4)
    network = ensemble(True)
    before, _ = evaluate(network, task, BATCH)
    train(network, task, step_sizes=[0.1] * 4, batch_size=BATCH, epochs=20, keys=keys(range(4)))
    after, accuracies = evaluate(network, task, BATCH)
    assert (after < before / 2).all()
    assert (accuracies > 0.9).all()


def test_members_may_have_training_sets_and_labels_of_their_own():
    shared = data(1)
    subsets = torch.stack([torch.arange(0, 50), torch.arange(50, 100)])
    labels = torch.stack([shared.labels[0], 1 - shared.labels[0].clamp(max=1)])
    own = ensemble(True, [0, 1])
    train(own, Data(shared.images, labels, subsets), step_sizes=[0.1] * 2, batch_size=25, epochs=2, keys=keys([0, 1]))
    for member in (0, 1):
        alone, index = ensemble(True, [member]), subsets[member]
        task = Data.shared(shared.images[index], labels[member][index], 1)
        train(alone, task, step_sizes=[0.1], batch_size=25, epochs=2, keys=keys([member]))
        assert torch.equal(alone.layers[0].weight[0], own.layers[0].weight[member])


def test_evaluation_mixes_a_set_that_is_sorted_by_class():
    # BN on batch statistics: batches of one class each would be told apart by nothing
    images = torch.cat([torch.full((64, INPUTS), float(label)) for label in (0, 1)])
    images += 0.1 * torch.randn(images.shape, generator=torch.Generator().manual_seed(0))
    task = Data.shared(images, torch.arange(2).repeat_interleave(64), 2)
    network = ensemble(True, [0, 1])
    train(network, task, step_sizes=[0.1] * 2, batch_size=BATCH, epochs=10, keys=keys([0, 1]))
    assert (evaluate(network, task, BATCH)[1] > 0.95).all()


def test_losses_are_those_of_cross_entropy():
    scores = torch.randn(3, CLASSES, 7, generator=torch.Generator().manual_seed(0))
    labels = torch.randint(CLASSES, (3, 7), generator=torch.Generator().manual_seed(1))
    expected = torch.stack([F.cross_entropy(s.T, y, reduction="none") for s, y in zip(scores, labels, strict=True)])
    torch.testing.assert_close(losses(scores, labels), expected)


def test_a_batch_larger_than_the_set_is_refused():
    with pytest.raises(UserError, match="100 samples only"):
        train(ensemble(False, [0]), data(1), step_sizes=[1.0], batch_size=101, epochs=1, keys=keys([0]))


def row(step_size, loss, variant="a"):
    return {"step_size": step_size, "final_loss": loss, "variant": variant}


def test_the_step_size_is_chosen_by_mean_loss_and_never_a_diverging_one():
    assert best_step_size([row(0.1, 1.0), row(0.1, 3.0), row(0.3, 1.5), row(0.3, 1.6)]) == 0.3
    assert best_step_size([row(0.1, 1.0), row(0.3, 0.1), row(0.3, None)]) == 0.1
    assert best_step_size([row(0.3, None), row(0.1, None)]) == 0.1


def test_every_variant_has_its_own_search_over_the_same_grid():
    asked = {}

    def train_members(phase, members):
        asked[phase] = members
        return [row(step, abs(step - {"a": 0.1, "b": 0.3}[variant]), variant) for variant, step, _ in members]

    rows = search_then_train(train_members, ["a", "b"], [0.1, 0.2, 0.3], 2, 3)
    assert len(rows) == 12 + 6
    assert {(variant, step) for variant, step, _ in asked["search"]} == {(v, s) for v in "ab" for s in (0.1, 0.2, 0.3)}
    assert asked["final"] == [("a", 0.1, seed) for seed in range(3)] + [("b", 0.3, seed) for seed in range(3)]
