"""Convolutional ensembles against plain networks."""

from typing import get_args

import pytest
import torch
import torch.nn.functional as F
from support.convolutions import N, batch, defined, network, plain_layer, plain_vgg11
from torch import nn

from rankcollapse.errors import UserError
from rankcollapse.networks.convolutional import ConvNet, Normalization, fitted
from rankcollapse.theory import terms


@pytest.mark.parametrize("kind", get_args(terms.Normalization))
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
    assert set(PUBLISHED) == set(get_args(terms.Architecture))
    for architecture, published in PUBLISHED.items():
        net = network(architecture, members=[0], width=1, channels=3)
        vgg_biases = sum(layer["0.weight"].shape[1] for layer in net.layers[:-1]) if "vgg" in architecture else 0
        assert sum(parameter.numel() for parameter in net.parameters()) == published - vgg_biases


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
    for kind in get_args(terms.Normalization):
        weights = network("resnet18", kind).weights(9)
        assert all(map(torch.equal, weights, network("resnet18").weights(9)))


def test_weight_normalization_starts_as_the_plain_network_and_does_not_see_the_scale_of_its_weights():
    plain, normalized = network(normalization="none"), network(normalization="weight")
    torch.testing.assert_close(normalized.logits(batch()), plain.logits(batch()))
    expected = normalized.logits(batch())
    for weight in normalized.weights(4):
        weight.mul_(7)
    torch.testing.assert_close(normalized.logits(batch()), expected)


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


def test_images_of_another_size():
    images = torch.rand(2, 3, 28, 28)
    padded = fitted(images, "fashion")
    assert torch.equal(padded[:, :, 2:-2, 2:-2], images)
    assert padded.shape == (2, 3, 32, 32)
    assert padded.count_nonzero() == images.count_nonzero()
    assert torch.equal(fitted(padded, "cifar"), padded)
    with pytest.raises(UserError, match="stl has images of 96×96; convolutional networks here take 32×32"):
        fitted(torch.rand(1, 3, 96, 96), "stl")
