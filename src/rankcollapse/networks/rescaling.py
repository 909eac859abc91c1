"""Layer-sequential unit variance: a network whose hidden states have mean square one, and the rank that they had.

ReLU is positively homogeneous: `relu(c Z) = c relu(Z)` for `c > 0`. So weights and biases can be multiplied layer by
layer until every state has the scale that one wants (Mishkin & Matas 2016), and every state is what it was, times a
number. No measure of rank depends on such a number.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from rankcollapse.networks.mlp import MLP


@torch.no_grad()
def scales(network: MLP, X: Tensor) -> list[Tensor]:
    """Root of the mean square of every hidden state of a batch `(E, N, ...)`, each `(E, 1, 1)`, in double precision."""
    return [_scale(H) for H in network.hidden_states(X)]


@torch.no_grad()
def rescale(network: MLP, X: Tensor, to: Sequence[Tensor] | None = None) -> None:
    """Multiply weights and biases so that every hidden state of a batch has the scale asked for, all members in place.

    The classifier stays as it is. A state that is zero for the whole batch stays zero.

    Args:
        network: an ensemble of `E` plain ReLU networks.
        X: a batch for each member, `(E, N, ...)`.
        to: root of the mean square of every hidden state, each `(E, 1, 1)`; one everywhere if left out.

    Raises:
        ValueError: the network has normalization, skip connections or another activation: its states are not
            multiplied by a positive number as its weights are.
    """
    if network.activation != "relu" or network.wiring != "plain" or network.layers[0].gain is not None:
        raise ValueError("only plain ReLU networks without normalization keep their rank when they are rescaled")
    H = X.flatten(2).transpose(1, 2)
    below = torch.ones(network.members, 1, 1, dtype=torch.float64, device=H.device)  # what states were multiplied by
    for number, layer in enumerate(network.layers[:-1]):
        layer.bias.mul_(below)
        Z = torch.relu_(torch.baddbmm(layer.bias, layer.weight, H))
        scale = _scale(Z)
        target = torch.ones_like(scale) if to is None else to[number]
        factor = torch.where(scale > 0, target / scale, 1)
        layer.weight.mul_(factor)
        layer.bias.mul_(factor)
        below *= factor
        H = Z.mul_(factor)


def _scale(H: Tensor) -> Tensor:
    return H.double().square().mean((1, 2), keepdim=True).sqrt_()
