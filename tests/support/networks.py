"""Small ensembles, and the same networks as PyTorch modules."""

import torch
from torch import nn

from rankcollapse.networks.mlp import mlp
from rankcollapse.theory.random_streams import generator

INPUTS, WIDTH, DEPTH, CLASSES, MEMBERS, N = 20, 16, 3, 5, 4, 32


def ensemble(normalized, members=range(MEMBERS), depth=DEPTH, activation="relu"):
    generators = [generator("test", member) for member in members]
    return mlp(INPUTS, WIDTH, depth, CLASSES, normalized=normalized, generators=generators, activation=activation)


def sequential(network, member):
    """The same network by PyTorch's own modules, in training mode."""
    modules = []
    for layer in network.layers:
        linear = nn.Linear(layer.weight.shape[2], layer.weight.shape[1], bias=layer.bias is not None)
        linear.weight.data = layer.weight[member].detach().clone()
        if layer.bias is not None:
            linear.bias.data = layer.bias[member, :, 0].detach().clone()
        modules.append(linear)
        if layer is not network.layers[-1]:
            if layer.gain is not None:
                modules.append(nn.BatchNorm1d(layer.gain.shape[1]))
                for parameter, values in ((modules[-1].weight, layer.gain), (modules[-1].bias, layer.shift)):
                    parameter.data = values[member, :, 0].detach().clone()
            modules.append({"relu": nn.ReLU(), "tanh": nn.Tanh(), "identity": nn.Identity()}[network.activation])
    return nn.Sequential(*modules)


def batch(seed=0):
    return torch.randn(MEMBERS, N, INPUTS, generator=torch.Generator().manual_seed(seed))
