"""Layers of ensembles of MLPs, and gradient descent on them without a tensor of gradients.

Autograd writes the gradient of every weight to memory and an optimizer reads it again. Here `W` grows by `G Hᵀ` in one
product, `G` being the gradient of the loss in `W H` times minus the step size. Masks are applied in place, and buffers
serve every step.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from rankcollapse.theory.normalization import EPSILON, backward_of_standardized, standardize_

Buffers = dict[tuple[str, int, tuple[int, ...]], Tensor]  # by name, layer and shape


class Layer(NamedTuple):
    """Parameters of one linear layer of `E` members: with a bias, or with those of its batch normalization.

    Batch normalization centres, so a bias before it would change nothing, and there is none.
    """

    weight: Tensor  # (E, fan_out, fan_in)
    bias: Tensor | None = None  # (E, fan_out, 1)
    gain: Tensor | None = None  # (E, fan_out, 1)
    shift: Tensor | None = None  # (E, fan_out, 1)


ACTIVATIONS = {"relu": torch.relu_, "tanh": torch.tanh_, "identity": lambda Z: Z}  # in place
# the gradient in the activation's argument from the one in its value `H`, in place
GRADIENTS = {
    "relu": lambda G, H: torch.ops.aten.threshold_backward.grad_input(G, H, 0, grad_input=G),
    "tanh": lambda G, H: torch.ops.aten.tanh_backward.grad_input(G, H, grad_input=G),
    "identity": lambda G, H: G,
}


class Backpropagation:
    """The layers of an ensemble of MLPs up to some state, forward and backward, each step in the same buffers."""

    def __init__(self, layers: list[Layer], activation: str, buffers: Buffers, *, classifier: bool, weights_only: bool):
        """A backward pass for these layers.

        Args:
            layers: first layer first; their tensors are changed in place by `descend`.
            activation: a key of `ACTIVATIONS`.
            buffers: memory for states; others may use it too, but not between `forward` and `descend`.
            classifier: whether the last layer is the linear classifier, without activation.
            weights_only: whether biases, gains and shifts are left as they are.
        """
        self.layers, self.buffers, self.weights_only = layers, buffers, weights_only
        hidden = len(layers) - classifier
        self.activations = [activation] * hidden + ["identity"] * classifier

    def _buffer(self, name: str, number: int, layer: Layer, samples: int) -> Tensor:
        """The memory of a state of a layer, `(E, fan_out, N)`."""
        shape = (*layer.weight.shape[:2], samples)
        if (name, number, shape) not in self.buffers:
            self.buffers[name, number, shape] = layer.weight.new_empty(shape)
        return self.buffers[name, number, shape]

    @torch.no_grad()
    def forward(self, X: Tensor) -> Tensor:
        """The last layer's state, which the next call overwrites.

        Args:
            X: a batch for each member, `(E, N, ...)`.

        Returns:
            Tensor `(E, fan_out, N)`.
        """
        H = X.flatten(2).transpose(1, 2)
        self.states, self.standardized = [H], []
        for number, (layer, activation) in enumerate(zip(self.layers, self.activations, strict=True)):
            out = self._buffer("state", number, layer, H.shape[2])
            if layer.gain is None:
                torch.bmm(layer.weight, H, out=out).add_(layer.bias)
                self.standardized.append(None)
            else:
                Z = torch.bmm(layer.weight, H, out=self._buffer("centred", number, layer, H.shape[2]))
                inverse = standardize_(Z, EPSILON)
                torch.mul(Z, layer.gain * inverse, out=out).add_(layer.shift)
                self.standardized.append((Z, inverse))
            H = ACTIVATIONS[activation](out)
            self.states.append(H)
        return H

    @torch.no_grad()
    def descend(self, G: Tensor) -> None:
        """Add to every parameter what a gradient of the state that `forward` returned gives for it.

        Args:
            G: the gradient times minus the step size of each member, `(E, fan_out, N)`; it is overwritten.
        """
        for number in range(len(self.layers))[::-1]:
            layer, H, below = self.layers[number], self.states[number + 1], self.states[number]
            G = GRADIENTS[self.activations[number]](G, H)
            if self.standardized[number] is not None:
                G, to_gain, to_shift = backward_of_standardized(G, *self.standardized[number], layer.gain, EPSILON)
            if number:  # before the weight is changed
                to_below = self._buffer("gradient", number % 2, self.layers[number - 1], G.shape[2])
                torch.bmm(layer.weight.transpose(1, 2), G, out=to_below)
            layer.weight.baddbmm_(G, below.transpose(1, 2))
            if not self.weights_only:
                if layer.bias is not None:
                    layer.bias.add_(G.sum(2, keepdim=True))
                if layer.gain is not None:
                    layer.gain.add_(to_gain), layer.shift.add_(to_shift)
            if number:
                G = to_below
