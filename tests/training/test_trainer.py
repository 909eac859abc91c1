"""The batched trainer against plain loops, on the CPU and on a GPU, and what happens when a member diverges."""

import math
import warnings

import pytest
import torch
import torch.nn.functional as F
from support import convolutions
from support.gpu import needs_gpu, on
from support.networks import CLASSES, INPUTS, ensemble, sequential
from support.tasks import BATCH, SAMPLES, data, fit, keys

from rankcollapse.errors import UserError
from rankcollapse.networks.convolutional import ConvNet, convnet
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.spectra import participation_ratio, soft_rank
from rankcollapse.training.data import Data
from rankcollapse.training.history import HISTORY
from rankcollapse.training.session import Session
from rankcollapse.training.trainer import evaluate, losses


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
    history = fit(network, task, step_sizes, epochs=2, keys=keys(range(4)), measure_at=[3, 6], optimizer=optimizer)
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
    history = fit(network, task, [1e-9] * 4, epochs=1, keys=key, measure_at=[0, 2], tau=0.3)
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
    kwargs = {"epochs": 3, "measure_at": [0, 9]}
    together, alone = ensemble(normalized, range(6)), ensemble(normalized, [4])
    many = fit(together, data(6), [0.1, 1e6, 0.2, 0.3, 0.05, 0.1], keys=keys(range(6)), **kwargs)
    one = fit(alone, data(1), [0.05], keys=keys([4]), **kwargs)
    for ours, theirs in zip(together.parameters(), alone.parameters(), strict=True):
        assert torch.equal(ours[4:5], theirs)
    assert [row | {"member": 0} for row in many if row["member"] == 4] == one


def test_a_diverging_member_is_recorded_and_leaves_the_others_alone():
    kwargs = {"epochs": 20, "measure_at": [0, 60]}
    mixed, alone = ensemble(False, [0, 1]), ensemble(False, [1])
    history = fit(mixed, data(2), [1e6, 0.1], keys=keys([0, 1]), **kwargs)
    fit(alone, data(1), [0.1], keys=keys([1]), **kwargs)
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
    fit(network, task, [0.1] * 4, epochs=20, keys=keys(range(4)))
    after, accuracies = evaluate(network, task, BATCH)
    assert (after < before / 2).all()
    assert (accuracies > 0.9).all()


def test_members_may_have_training_sets_and_labels_of_their_own():
    shared = data(1)
    subsets = torch.stack([torch.arange(0, 50), torch.arange(50, 100)])
    labels = torch.stack([shared.labels[0], 1 - shared.labels[0].clamp(max=1)])
    own = ensemble(True, [0, 1])
    fit(own, Data(shared.images, labels, subsets), [0.1] * 2, batch_size=25, epochs=2, keys=keys([0, 1]))
    for member in (0, 1):
        alone, index = ensemble(True, [member]), subsets[member]
        task = Data.shared(shared.images[index], labels[member][index], 1)
        fit(alone, task, [0.1], batch_size=25, epochs=2, keys=keys([member]))
        assert torch.equal(alone.layers[0].weight[0], own.layers[0].weight[member])


def test_evaluation_mixes_a_set_that_is_sorted_by_class():
    # BN on batch statistics: batches of one class each would be told apart by nothing
    images = torch.cat([torch.full((64, INPUTS), float(label)) for label in (0, 1)])
    images += 0.1 * torch.randn(images.shape, generator=torch.Generator().manual_seed(0))
    task = Data.shared(images, torch.arange(2).repeat_interleave(64), 2)
    network = ensemble(True, [0, 1])
    fit(network, task, [0.1] * 2, epochs=10, keys=keys([0, 1]))
    assert (evaluate(network, task, BATCH)[1] > 0.95).all()


def test_losses_are_those_of_cross_entropy():
    scores = torch.randn(3, CLASSES, 7, generator=torch.Generator().manual_seed(0))
    labels = torch.randint(CLASSES, (3, 7), generator=torch.Generator().manual_seed(1))
    expected = torch.stack([F.cross_entropy(s.T, y, reduction="none") for s, y in zip(scores, labels, strict=True)])
    torch.testing.assert_close(losses(scores, labels), expected)


def test_a_batch_larger_than_the_set_is_refused():
    with pytest.raises(UserError, match="100 samples only"):
        fit(ensemble(False, [0]), data(1), [1.0], batch_size=101, epochs=1, keys=keys([0]))


def test_training_of_convolutional_networks_matches_a_plain_loop():
    net, data = convolutions.network(), convolutions.task()
    reference = ConvNet(net.blocks, [{name: p.clone() for name, p in layer.items()} for layer in net.layers])
    history = convolutions.fit(net)
    parameters = [parameter.requires_grad_() for parameter in reference.parameters()]
    losses = []
    for epoch in range(2):
        order = torch.randperm(convolutions.SAMPLES, generator=generator("order", 0, "order", epoch))
        for index in order.split(convolutions.BATCH):
            loss = F.cross_entropy(convolutions.plain_vgg11(reference, data.images[index]), data.labels[0, index])
            gradients = torch.autograd.grad(loss, parameters)
            losses.append(loss.item())
            with torch.no_grad():
                for parameter, gradient in zip(parameters, gradients, strict=True):
                    parameter -= 0.02 * gradient
    measured = [row["loss"] for row in history if row["member"] == 0 and row["step"]]
    assert measured == pytest.approx([sum(losses[:3]) / 3, sum(losses[3:]) / 3], rel=1e-3)
    loss, _ = evaluate(net, data, convolutions.BATCH)
    expected, _ = evaluate(reference.select([0]), convolutions.task(1), convolutions.BATCH)
    assert loss[0] == pytest.approx(expected[0].item(), rel=1e-2)


def test_mixed_precision_rounds_and_augmentation_changes_the_images():
    few = {"step_sizes": [1e-4, 1e-4]}  # so that rounding does not grow
    plain, rounded = (
        convolutions.fit(convolutions.network(), precision=name, **few)[-1]["loss"] for name in ("float32", "bfloat16")
    )
    assert rounded != plain
    assert rounded == pytest.approx(plain, rel=0.01)
    assert (
        convolutions.fit(convolutions.network(), augmentation=True)[-1]["loss"]
        != convolutions.fit(convolutions.network())[-1]["loss"]
    )
    assert convolutions.fit(convolutions.network(), augmentation=True) == convolutions.fit(
        convolutions.network(), augmentation=True
    )


def test_a_probe_of_another_size():
    net = convolutions.network()
    [row, _] = [row for row in convolutions.fit(net, probe_size=convolutions.SAMPLES) if row["step"] == 0]
    order = torch.randperm(convolutions.SAMPLES, generator=generator("order", 0, "probe"))
    with torch.no_grad():
        H = convolutions.network().hidden_state(convolutions.task().images[order].expand(2, -1, -1, -1, -1), 8)
    assert row["participation_ratio"] == pytest.approx(participation_ratio(H)[0].item(), rel=1e-5)
    with pytest.raises(UserError, match="probe_size=25: the training set has 24 samples only"):
        convolutions.fit(convolutions.network(), probe_size=25)


def test_a_killed_training_with_augmentation_ends_in_the_same_numbers(tmp_path):
    whole, killed = convolutions.network(), convolutions.network()
    history = convolutions.fit(whole, augmentation=True, session=Session(tmp_path / "whole"))

    class Killed(Exception):
        pass

    class Fragile(Session):
        def mark(self, name, step):
            super().mark(name, step)
            if step == 3:
                raise Killed

    with pytest.raises(Killed):
        convolutions.fit(killed, augmentation=True, session=Fragile(tmp_path / "killed", every=0))
    again = convolutions.network()
    assert convolutions.fit(again, augmentation=True, session=Session(tmp_path / "killed")) == history
    assert all(map(torch.equal, again.parameters(), whole.parameters()))


@needs_gpu
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_training_on_a_gpu(optimizer):
    found = []
    for device in ("cpu", "cuda"):
        network, task = on(ensemble(True), device), data(device=device)
        options = {"epochs": 2, "measure_at": [0, 6], "tau": 0.1, "optimizer": optimizer}
        history = fit(network, task, [0.01] * 4, keys=keys(range(4)), **options)
        final, _ = evaluate(network, task, BATCH)
        found.append((final, [row["loss"] for row in history if row["step"] == 6]))
    torch.testing.assert_close(found[0][0], found[1][0], rtol=1e-3, atol=1e-4)
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-3)


@needs_gpu
def test_a_step_of_training_does_not_wait_for_the_device():
    network, task = on(ensemble(True), "cuda"), data(device="cuda")
    torch.cuda.set_sync_debug_mode("warn")
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            fit(network, task, [0.01] * 4, batch_size=5, epochs=1, keys=keys(range(4)))
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert len(caught) < 10  # of 20 steps: the order of the data is sent once an epoch


@needs_gpu
@pytest.mark.parametrize("architecture", ["vgg11", "resnet18"])
def test_convolutional_networks_on_a_gpu(architecture):
    found = {}
    for device, precision in (("cpu", "float32"), ("cuda", "float32"), ("cuda", "bfloat16")):
        draws = [generator("test", n) for n in range(2)]
        net = convnet(architecture, 0.125, "full", 10, channels=1, generators=draws, device=device)
        images = torch.rand(64, 1, 32, 32, generator=torch.Generator().manual_seed(0)).to(device)
        task = Data.shared(images, torch.arange(64, device=device) % 10, 2)
        options = {"batch_size": 16, "epochs": 2, "measure_at": [8], "keys": keys(range(2))}
        history = fit(net, task, [0.01, 0.02], augmentation=True, precision=precision, **options)
        found[device, precision] = [row["loss"] for row in history]
    assert found["cuda", "float32"] == pytest.approx(found["cpu", "float32"], rel=1e-2)
    assert found["cuda", "bfloat16"] == pytest.approx(found["cpu", "float32"], rel=0.1)
