"""Small convolutional ensembles, and the same networks written out plainly."""

import torch
import torch.nn.functional as F

from rankcollapse.networks.convolutional import convnet
from rankcollapse.theory.random_streams import generator
from rankcollapse.training.data import Data
from rankcollapse.training.trainer import Plan, train

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


SAMPLES, BATCH = 24, 8


def task(members=2):
    draw = torch.Generator().manual_seed(0)
    images = torch.rand(SAMPLES, 1, 32, 32, generator=draw)
    return Data.shared(images, torch.randint(CLASSES, (SAMPLES,), generator=draw), members)


def fit(net, session=None, **changes):
    plan = {"step_sizes": [0.02, 0.05], "batch_size": BATCH, "epochs": 2, "measure_at": [0, 3, 6]}
    keys = [("order", member) for member in range(net.members)]
    return train(net, task(net.members), Plan(**(plan | {"keys": keys} | changes)), session).history
