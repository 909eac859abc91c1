"""Convolutional ensembles against plain networks, the components of BN, and one trainer for them and for MLPs."""

from typing import get_args

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from rankcollapse.convolutional import ARCHITECTURES, ConvNet, Normalization, convnet, fitted
from rankcollapse.errors import UserError
from rankcollapse.initialization import he_normal
from rankcollapse.normalization import COMPONENTS, normalize_channels
from rankcollapse.parameters import Architecture
from rankcollapse.parameters import Normalization as Normalization_
from rankcollapse.pretraining import pretrain
from rankcollapse.seeding import generator
from rankcollapse.session import Session
from rankcollapse.spectra import participation_ratio
from rankcollapse.training import SHIFT, Data, augmented, evaluate, train

CLASSES, N = 10, 6


def network(architecture="vgg11", normalization="full", members=range(2), width=0.0625, channels=1, **options):
    generators = [generator("test", member) for member in members]
    return convnet(architecture, width, normalization, CLASSES, channels=channels, generators=generators, **options)


def batch(members=2, samples=N, channels=1):
    return torch.rand(members, samples, channels, 32, 32, generator=torch.Generator().manual_seed(0))


def states():
    """Channels of very different means and deviations."""
    draw = torch.Generator().manual_seed(0)
    X = torch.randn(5, 16, 6, 6, generator=draw)
    return X * torch.linspace(0.5, 3, 16).view(-1, 1, 1) + torch.linspace(-2, 4, 16).view(-1, 1, 1)


def moments(X, kind):
    """Mean and variance over what a normalization normalizes."""
    if kind == "layer":
        X = X.flatten(1).T
    elif kind == "group":
        X = X.unflatten(1, (-1, 8)).flatten(2).flatten(0, 1).T
    else:
        X = X.transpose(0, 1).flatten(1).T
    return X.mean(0), X.var(0, correction=0)


def check_component(kind, before, after):
    """What the name of a component says of its output, gain one and shift zero (D7: the release's does not)."""
    (mean, variance), (old_mean, old_variance) = moments(after, kind), moments(before, kind)
    zero, one = torch.zeros_like(mean), torch.ones_like(mean)
    close = {"rtol": 1e-3, "atol": 1e-5 + 1e-5 * float(old_mean.abs().max())}
    if kind == "center":  # the variance is untouched
        torch.testing.assert_close(mean, zero, **close)
        torch.testing.assert_close(variance, old_variance, **close)
    elif kind == "scale":  # the mean is scaled with the rest, not taken away
        torch.testing.assert_close(mean.square() + variance, one, **close)
        torch.testing.assert_close(mean / variance.sqrt(), old_mean / old_variance.sqrt(), rtol=1e-2, atol=1e-3)
    else:
        torch.testing.assert_close(mean, zero, rtol=0, atol=1e-4)
        torch.testing.assert_close(variance, one, rtol=1e-3, atol=0)


@pytest.mark.parametrize("kind", ["center", "scale", "full", "layer", "group"])
def test_components_of_bn_do_what_their_names_say(kind):
    gain, shift = torch.linspace(0.5, 2, 16), torch.linspace(-1, 1, 16)
    after = normalize_channels(states(), kind, torch.ones(16), torch.zeros(16))
    check_component(kind, states(), after)
    moved = normalize_channels(states(), kind, gain, shift)
    torch.testing.assert_close(moved, gain.view(-1, 1, 1) * after + shift.view(-1, 1, 1), rtol=1e-4, atol=1e-4)
    arguments = [states()[:2, :, :2, :2].double(), gain.double(), shift.double()]
    for argument in arguments:
        argument.requires_grad_()
    assert torch.autograd.gradcheck(lambda X, g, s: normalize_channels(X, kind, g, s), arguments)


def test_a_group_is_all_channels_where_eight_do_not_divide_them():
    for channels, groups in ((12, 1), (4, 1), (8, 1), (16, 2)):
        X = states()[:, :channels]
        gain, shift = torch.linspace(0.5, 2, channels), torch.linspace(-1, 1, channels)
        found = normalize_channels(X, "group", gain, shift)
        torch.testing.assert_close(found, nn.functional.group_norm(X, groups, gain, shift))
        assert torch.equal(found, normalize_channels(X, "layer", gain, shift)) == (groups == 1)


def defined(kind, X):
    """A component by its definition, epsilon included."""
    if kind in ("layer", "group"):
        groups = X.shape[1] // 8 if kind == "group" else 1
        parts = X.unflatten(1, (groups, -1))
        variance, mean = torch.var_mean(parts, (2, 3, 4), correction=0, keepdim=True)
        return ((parts - mean) / (variance + 1e-5).sqrt()).flatten(1, 2)
    variance, mean = torch.var_mean(X, (0, 2, 3), correction=0, keepdim=True)
    centred = X - mean if kind in ("center", "full") else X
    square = {"center": 1 - 1e-5, "scale": X.square().mean((0, 2, 3), keepdim=True), "full": variance}[kind]
    return centred / (square + 1e-5) ** 0.5


@pytest.mark.parametrize("kind", COMPONENTS)
@pytest.mark.parametrize("architecture", ["vgg19", "resnet50"])
def test_every_convolution_of_a_network_has_its_component(architecture, kind):
    found, net = [], network(architecture, kind, members=[0], width=0.125)
    for block in net.blocks:
        for module in block.modules():
            if isinstance(module, Normalization):
                module.register_forward_hook(lambda module, inputs, output: found.append((inputs[0], output.clone())))
    net.logits(batch(members=1))
    convolutions = sum(isinstance(module, nn.Conv2d) for block in net.blocks for module in block.modules())
    assert len(found) == (0 if kind in ("none", "weight") else convolutions)
    for before, after in found:
        torch.testing.assert_close(after, defined(kind, before), rtol=1e-3, atol=1e-3 * float(after.abs().max()))


def test_an_unknown_normalization():
    with pytest.raises(ValueError, match="one of center, scale, full, layer, group, got 'fulll'"):
        normalize_channels(states(), "fulll", torch.ones(16), torch.zeros(16))


# Parameters at width 1 with three channels and ten classes, convolutions' biases included, as published with
# well-known CIFAR-10 implementations; BN makes biases superfluous, so ours have none.
PUBLISHED = {
    "vgg11": 9_231_114,
    "vgg13": 9_416_010,
    "vgg16": 14_728_266,
    "vgg19": 20_040_522,
    "resnet18": 11_173_962,
    "resnet34": 21_282_122,
    "resnet50": 23_520_842,
    "resnet101": 42_512_970,
    "resnet152": 58_156_618,
}


def test_parameters_are_as_many_as_published():
    assert set(PUBLISHED) == set(ARCHITECTURES)
    for architecture, published in PUBLISHED.items():
        net = network(architecture, members=[0], width=1, channels=3)
        vgg_biases = sum(layer["0.weight"].shape[1] for layer in net.layers[:-1]) if "vgg" in architecture else 0
        assert sum(parameter.numel() for parameter in net.parameters()) == published - vgg_biases


def plain_layer(layer, name, following, X, stride=1):
    """A convolution, and BN by its definition where there is no bias, with the parameters of member 0."""
    weight = layer[f"{name}.weight"][0]
    bias = layer[f"{name}.bias"][0] if f"{name}.bias" in layer else None
    X = F.conv2d(X, weight, bias, stride=stride, padding=weight.shape[-1] // 2)
    if bias is not None:
        return X
    variance, mean = torch.var_mean(X, (0, 2, 3), correction=0, keepdim=True)
    gain, shift = (layer[f"{following}.{name}"][0].view(-1, 1, 1) for name in ("gain", "shift"))
    return gain * (X - mean) / (variance + 1e-5).sqrt() + shift


def plain_vgg11(net, X):
    plan, layers = [1, 1, 2, 2, 2], iter(net.layers)
    for stage in plan:
        for _ in range(stage):
            X = F.relu(plain_layer(next(layers), "0", "1", X))
        X = F.max_pool2d(X, 2)
    assert X.shape[2:] == (1, 1)
    return F.linear(X.flatten(1), net.layers[-1]["weight"][0], net.layers[-1]["bias"][0, :, 0])


def plain_resnet(net, X, bottleneck):
    stages = [3, 4, 6, 3] if bottleneck else [2, 2, 2, 2]
    plain = any("bias" in name for name in net.layers[0])
    stem, *layers, classifier = net.layers
    X, number = F.relu(plain_layer(stem, "0", "1", X)), 0
    for stage, count in enumerate(stages):
        for position in range(count):
            last = number == sum(stages) - 1
            layer = {name.removeprefix("0.") if last else name: p for name, p in layers[number].items()}
            stride = 2 if stage and not position else 1
            strides = [1, stride, 1] if bottleneck else [stride, 1]
            out, place = X, 0
            for index, step in enumerate(strides):
                out = plain_layer(layer, f"body.{place}", f"body.{place + 1}", out, step)
                out = F.relu(out) if index < len(strides) - 1 else out
                place += 2 if plain else 3
            if "shortcut.0.weight" in layer:
                X = plain_layer(layer, "shortcut.0", "shortcut.1", X, stride)
            X, number = F.relu(out + X), number + 1
    return F.linear(X.mean((2, 3)), classifier["weight"][0], classifier["bias"][0, :, 0])


@pytest.mark.parametrize("normalization", ["none", "full"])
@pytest.mark.parametrize("architecture", ["vgg11", "resnet18", "resnet50"])
def test_scores_and_gradients_are_those_of_plain_networks(architecture, normalization):
    net, X = network(architecture, normalization, initialization="he_normal"), batch(samples=16).double()
    net = ConvNet(net.blocks, [{name: p.double() for name, p in layer.items()} for layer in net.layers])
    parameters = [parameter.requires_grad_() for parameter in net.parameters()]
    ours = net.logits(X)
    plain = plain_vgg11(net, X[0]) if architecture == "vgg11" else plain_resnet(net, X[0], architecture == "resnet50")
    torch.testing.assert_close(ours[0].T, plain)
    weights = torch.randn(plain.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    found = torch.autograd.grad((ours[0].T * weights).sum(), parameters)
    expected = torch.autograd.grad((plain * weights).sum(), parameters)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-7)
        assert one[1].abs().max() == 0  # members do not mix


def test_states_are_those_after_every_block():
    for architecture, blocks, features in (("vgg19", 16, 512), ("resnet50", 17, 2048), ("resnet152", 51, 2048)):
        net = network(architecture, members=[0])
        with torch.no_grad():
            found = list(net.hidden_states(batch(members=1)))
        assert len(found) == net.depth == blocks
        assert found[-1].shape == (1, features // 16, N)
        assert found[0].shape[1] == 4 * 32 * 32
        with torch.no_grad():
            assert torch.equal(net.hidden_state(batch(members=1), 3), found[2])


def test_a_member_does_not_depend_on_the_others_nor_its_weights_on_the_normalization():
    with torch.no_grad():
        assert torch.equal(network().logits(batch())[1:], network(members=[1]).logits(batch()[1:]))
    for kind in COMPONENTS:
        weights = network("resnet18", kind).weights(9)
        assert all(map(torch.equal, weights, network("resnet18").weights(9)))


def test_weight_normalization_starts_as_the_plain_network_and_does_not_see_the_scale_of_its_weights():
    plain, normalized = network(normalization="none"), network(normalization="weight")
    torch.testing.assert_close(normalized.logits(batch()), plain.logits(batch()))
    expected = normalized.logits(batch())
    for weight in normalized.weights(4):
        weight.mul_(7)
    torch.testing.assert_close(normalized.logits(batch()), expected)


@pytest.mark.parametrize("kind", COMPONENTS[1:-1])
def test_statistics_are_in_single_precision_in_mixed_precision_too(kind):
    with torch.autocast("cpu", torch.bfloat16):
        after = normalize_channels((50 + states()).bfloat16(), kind, torch.ones(16), torch.zeros(16))
    expected = defined(kind, (50 + states()).bfloat16().float())
    torch.testing.assert_close(after.float(), expected, rtol=0.01, atol=0.02 * float(expected.abs().max()))


def test_the_names_of_settings_are_those_of_the_library():
    assert get_args(Architecture) == ARCHITECTURES
    assert {*get_args(Normalization_)} == {*COMPONENTS}


def test_parts_share_the_memory_of_the_whole_and_selected_members_do_not():
    net = network()
    parts, copies = net.parts(1), net.select([1, 0, 1])
    expected = net.logits(batch())
    assert [group for group, _ in parts] == [slice(0, 1), slice(1, 2)]
    with torch.no_grad():
        assert torch.equal(torch.cat([part.logits(batch()[group]) for group, part in parts]), expected)
        parts[1][1].weights(1)[0].zero_()
    assert net.weights(1)[0][1].abs().max() == 0
    assert torch.equal(copies.logits(batch()[[1, 0, 1]]), expected[[1, 0, 1]])


def test_he_normal_keeps_the_mean_square_through_relu():
    weight, bias = he_normal(2000, 500, [generator("law", 0)])
    H = torch.randn(2000, 64, generator=torch.Generator().manual_seed(0)).relu()
    assert bias.abs().max() == 0
    # 32,000 sums of 2,000 squares of variance (2/2000)²: correlated by columns; six standard errors are below 10%
    assert (weight[0] @ H).relu().square().mean().item() == pytest.approx(H.square().mean().item(), rel=0.1)


def test_images_of_another_size():
    images = torch.rand(2, 3, 28, 28)
    padded = fitted(images, "fashion")
    assert torch.equal(padded[:, :, 2:-2, 2:-2], images)
    assert padded.shape == (2, 3, 32, 32)
    assert padded.count_nonzero() == images.count_nonzero()
    assert torch.equal(fitted(padded, "cifar"), padded)
    with pytest.raises(UserError, match="stl has images of 96×96; convolutional networks here take 32×32"):
        fitted(torch.rand(1, 3, 96, 96), "stl")


def test_augmentation_is_that_of_one_image_at_a_time():
    X = torch.rand(2, 5, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    changes = torch.randint(2 * SHIFT + 1, (2, 5, 3), generator=torch.Generator().manual_seed(1))
    changes[..., 2] %= 2
    found = augmented(X, changes)
    for member in range(2):
        for image in range(5):
            down, right, mirror = changes[member, image].tolist()
            expected = F.pad(X[member, image], [SHIFT] * 4)[:, down : down + 8, right : right + 8]
            assert torch.equal(found[member, image], expected.flip(2) if mirror else expected)
    still = torch.tensor([SHIFT, SHIFT, 0]).expand(2, 5, 3)
    assert torch.equal(augmented(X, still), X)


SAMPLES, BATCH = 24, 8


def task(members=2):
    draw = torch.Generator().manual_seed(0)
    images = torch.rand(SAMPLES, 1, 32, 32, generator=draw)
    return Data.shared(images, torch.randint(CLASSES, (SAMPLES,), generator=draw), members)


def fit(net, **changes):
    settings = {"step_sizes": [0.02, 0.05], "batch_size": BATCH, "epochs": 2, "measure_at": [0, 3, 6]}
    keys = [("order", member) for member in range(net.members)]
    return train(net, task(net.members), keys=keys, **(settings | changes))


def test_training_matches_a_plain_loop():
    net, data = network(), task()
    reference = ConvNet(net.blocks, [{name: p.clone() for name, p in layer.items()} for layer in net.layers])
    history = fit(net)
    parameters = [parameter.requires_grad_() for parameter in reference.parameters()]
    losses = []
    for epoch in range(2):
        order = torch.randperm(SAMPLES, generator=generator("order", 0, "order", epoch))
        for index in order.split(BATCH):
            loss = F.cross_entropy(plain_vgg11(reference, data.images[index]), data.labels[0, index])
            gradients = torch.autograd.grad(loss, parameters)
            losses.append(loss.item())
            with torch.no_grad():
                for parameter, gradient in zip(parameters, gradients, strict=True):
                    parameter -= 0.02 * gradient
    measured = [row["loss"] for row in history if row["member"] == 0 and row["step"]]
    assert measured == pytest.approx([sum(losses[:3]) / 3, sum(losses[3:]) / 3], rel=1e-3)
    loss, _ = evaluate(net, data, BATCH)
    expected, _ = evaluate(reference.select([0]), task(1), BATCH)
    assert loss[0] == pytest.approx(expected[0].item(), rel=1e-2)


def test_mixed_precision_rounds_and_augmentation_changes_the_images():
    few = {"step_sizes": [1e-4, 1e-4]}  # so that rounding does not grow
    plain, rounded = (fit(network(), precision=name, **few)[-1]["loss"] for name in ("float32", "bfloat16"))
    assert rounded != plain
    assert rounded == pytest.approx(plain, rel=0.01)
    assert fit(network(), augmentation=True)[-1]["loss"] != fit(network())[-1]["loss"]
    assert fit(network(), augmentation=True) == fit(network(), augmentation=True)


def test_a_probe_of_another_size():
    net = network()
    [row, _] = [row for row in fit(net, probe_size=SAMPLES) if row["step"] == 0]
    order = torch.randperm(SAMPLES, generator=generator("order", 0, "probe"))
    with torch.no_grad():
        H = network().hidden_state(task().images[order].expand(2, -1, -1, -1, -1), 8)
    assert row["participation_ratio"] == pytest.approx(participation_ratio(H)[0].item(), rel=1e-5)
    with pytest.raises(UserError, match="probe_size=25: the training set has 24 samples only"):
        fit(network(), probe_size=25)


def test_a_killed_training_with_augmentation_ends_in_the_same_numbers(tmp_path):
    whole, killed = network(), network()
    history = fit(whole, augmentation=True, session=Session(tmp_path / "whole"))

    class Killed(Exception):
        pass

    class Fragile(Session):
        def mark(self, name, step):
            super().mark(name, step)
            if step == 3:
                raise Killed

    with pytest.raises(Killed):
        fit(killed, augmentation=True, session=Fragile(tmp_path / "killed", every=0))
    again = network()
    assert fit(again, augmentation=True, session=Session(tmp_path / "killed")) == history
    assert all(map(torch.equal, again.parameters(), whole.parameters()))


def test_pre_training_raises_the_rank_by_its_convolutions_only():
    net = network("vgg11", "none", width=0.125, initialization="he_normal")
    before, X = [parameter.clone() for parameter in net.parameters()], task().images.expand(2, -1, -1, -1, -1)
    ratio = participation_ratio(net.hidden_state(X, 4))
    pretrain(
        net, task().images, objective="ratio", targets=[4], batches=1, steps=10, step_size=0.05, batch_size=SAMPLES,
        keys=[("lift", 0), ("lift", 1)],
    )  # fmt: skip
    assert (participation_ratio(net.hidden_state(X, 4)) - 1 > 1.2 * (ratio - 1)).all()
    changed = [not torch.equal(one, other) for one, other in zip(before, net.parameters(), strict=True)]
    assert changed == [name == "0.weight" and number < 4 for number, layer in enumerate(net.layers) for name in layer]
