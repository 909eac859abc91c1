"""Ensembles of MLPs: the members are stacked in the leading axis and run as one batched program.

States keep the theory's orientation, `(E, d, N)`: members, units, samples.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from rankcollapse.networks.ensemble import Ensemble
from rankcollapse.networks.initialization import INITIALIZATIONS
from rankcollapse.networks.layers import ACTIVATIONS, Backpropagation, Layer
from rankcollapse.theory.normalization import EPSILON, normalized_linear
from rankcollapse.theory.terms import Wiring, check

MEMBERS_AT_ONCE = 8  # on a CPU; benchmarks/training.py measures others


@dataclass(frozen=True)
class MLP(Ensemble):
    """An ensemble of MLPs, input layer first, linear classifier last.

    Attributes:
        layers: the parameters.
        activation: a key of `ACTIVATIONS`, applied after every hidden layer.
        wiring: how a hidden layer makes the next state, see `mlp`.
    """

    layers: list[Layer]
    activation: str = "relu"
    wiring: Wiring = "plain"

    @property
    def depth(self) -> int:
        """Hidden layers."""
        return len(self.layers) - 1

    @property
    def at_once(self) -> int:
        """Members that are stepped as one batched program: all on a GPU, which is starved by less."""
        return self.members if self.layers[0].weight.is_cuda else MEMBERS_AT_ONCE

    def parameters(self, hidden: int | None = None) -> list[Tensor]:
        """All parameter tensors, each `(E, ...)`; with `hidden`, those of the first `hidden` layers only."""
        return [parameter for layer in self.layers[:hidden] for parameter in layer if parameter is not None]

    def weights(self, hidden: int) -> list[Tensor]:
        """The weights of the first `hidden` layers, each `(E, fan_out, fan_in)`."""
        return [layer.weight for layer in self.layers[:hidden]]

    def hidden_states(self, X: Tensor) -> Iterator[Tensor]:
        """Yields the state after every hidden layer, `relu(BN(W H))` or `relu(W H + b)`, or as its wiring says.

        Args:
            X: a batch for each member, `(E, N, ...)`.

        Yields:
            Tensors `(E, width, N)`, one a hidden layer.
        """
        H = X.flatten(2).transpose(1, 2)  # (E, inputs, N)
        activation = ACTIVATIONS[self.activation]
        for number, layer in enumerate(self.layers[:-1]):
            if self.wiring == "residual" and number:
                branch = torch.baddbmm(layer.bias, layer.weight, activation(H.clone()))
                H = H + branch / (self.depth - 1) ** 0.5
            elif layer.gain is not None:
                H = activation(normalized_linear(layer.weight, H, layer.gain, layer.shift))
            else:
                Z = torch.baddbmm(layer.bias, layer.weight, H)
                if self.wiring == "layer_norm":
                    Z = F.layer_norm(Z.transpose(1, 2), Z.shape[1:2], eps=EPSILON).transpose(1, 2)
                H = Z if self.wiring == "residual" else activation(Z)
            yield H

    def backpropagation(self, buffers: dict, hidden: int | None = None) -> Backpropagation | None:
        """The backward pass from that hidden state, in weights only, or from the class scores, in all parameters."""
        if self.wiring != "plain":
            return None
        whole = hidden is None
        return Backpropagation(self.layers[:hidden], self.activation, buffers, classifier=whole, weights_only=not whole)

    def mapped(self, change: Callable[[Tensor], Tensor]) -> "MLP":
        """The same network with each parameter tensor changed."""
        layers = [Layer(*(p if p is None else change(p) for p in layer)) for layer in self.layers]
        return replace(self, layers=layers)


def mlp(
    inputs: int,
    width: int,
    depth: int,
    classes: int,
    *,
    normalized: bool,
    generators: list[torch.Generator],
    device: torch.device | str = "cpu",
    initialization: str = "torch_default",
    activation: str = "relu",
    wiring: Wiring = "plain",
) -> MLP:
    """An ensemble of MLPs at random initialization.

    Args:
        inputs: numbers in a sample.
        width: units of every hidden layer.
        depth: hidden-to-hidden layers, the `h` of Figure 1; the net has `depth + 1` hidden layers.
        classes: units of the last, linear layer.
        normalized: whether every hidden layer has batch normalization before its activation.
        generators: one for each of the `E` members.
        device: where the parameters live.
        initialization: a key of `INITIALIZATIONS`.
        activation: a key of `ACTIVATIONS`.
        wiring: `plain`: `relu(W H + b)`; `layer_norm`: `relu(LN(W H + b))`, each sample of mean 0 and variance 1 over
            the units; `residual`: the first layer is linear, the others add `(W relu(H) + b) / √depth` to the state.

    Returns:
        `depth + 2` layers.

    Raises:
        ValueError: batch normalization was asked for with another wiring than `plain`.
    """
    check(wiring, Wiring, "wiring")
    if normalized and wiring != "plain":
        raise ValueError(f"batch normalization needs the wiring plain, got {wiring}")
    draw, layers = INITIALIZATIONS[initialization], []
    for fan_in in [inputs] + [width] * depth:
        weight, bias = draw(fan_in, width, generators)
        affine = (None, torch.ones_like(bias), torch.zeros_like(bias)) if normalized else (bias,)
        layers.append(Layer(weight, *affine))
    layers.append(Layer(*draw(width, classes, generators)))
    return MLP(layers, activation, wiring).mapped(lambda p: p.to(device))


def join(networks: list[MLP]) -> MLP:
    """One ensemble of the members of several, which have one architecture."""
    columns = [zip(*layers, strict=True) for layers in zip(*(network.layers for network in networks), strict=True)]
    layers = [Layer(*(None if parts[0] is None else torch.cat(parts) for parts in column)) for column in columns]
    return replace(networks[0], layers=layers)
