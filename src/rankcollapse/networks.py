"""Ensembles of ReLU MLPs: the members are stacked in the leading axis and run as one batched program.

States keep the theory's orientation, `(E, d, N)`: members, units, samples.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from rankcollapse.initialization import torch_default
from rankcollapse.normalization import batch_norm


class Layer(NamedTuple):
    """Parameters of one linear layer of `E` members, with those of its batch normalization if it has one."""

    weight: Tensor  # (E, fan_out, fan_in)
    bias: Tensor  # (E, fan_out, 1)
    gain: Tensor | None = None  # (E, fan_out, 1)
    shift: Tensor | None = None  # (E, fan_out, 1)


def mlp(
    inputs: int,
    width: int,
    depth: int,
    classes: int,
    *,
    normalized: bool,
    generators: list[torch.Generator],
    device: torch.device | str = "cpu",
) -> list[Layer]:
    """Parameters of an ensemble of MLPs at PyTorch's default initialization.

    Args:
        inputs: numbers in a sample.
        width: units of every hidden layer.
        depth: hidden-to-hidden layers, the `h` of Figure 1; the net has `depth + 1` hidden layers.
        classes: units of the last, linear layer.
        normalized: whether every hidden layer has batch normalization before its ReLU.
        generators: one for each of the `E` members.
        device: where the parameters live.

    Returns:
        The `depth + 2` layers, input first.
    """
    layers = []
    for fan_in in [inputs] + [width] * depth:
        weight, bias = torch_default(fan_in, width, generators)
        affine = (torch.ones_like(bias), torch.zeros_like(bias)) if normalized else ()
        layers.append(Layer(*(p.to(device) for p in (weight, bias, *affine))))
    layers.append(Layer(*(p.to(device) for p in torch_default(width, classes, generators))))
    return layers


def hidden_states(layers: list[Layer], X: Tensor) -> Iterator[Tensor]:
    """Yields the state after every hidden layer, `relu(BN(W H + b))` or `relu(W H + b)`.

    Args:
        layers: an ensemble made by `mlp`.
        X: a batch for each member, `(E, inputs, N)`.

    Yields:
        Tensors `(E, width, N)`, one a hidden layer.
    """
    H = X
    for layer in layers[:-1]:
        Z = torch.baddbmm(layer.bias, layer.weight, H)
        H = torch.relu(Z if layer.gain is None else batch_norm(Z, layer.gain, layer.shift))
        yield H


def logits(layers: list[Layer], X: Tensor) -> Tensor:
    """Class scores `(E, classes, N)` of a batch `X` of shape `(E, inputs, N)`."""
    for state in hidden_states(layers, X):
        H = state  # only the last is kept
    return torch.baddbmm(layers[-1].bias, layers[-1].weight, H)
