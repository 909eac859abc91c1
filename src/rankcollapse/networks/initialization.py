"""Laws of initial weights, drawn for an ensemble: one generator, so one stream of numbers, a member."""

from collections.abc import Callable

import torch
from torch import Tensor


def _draw(fan_in: int, fan_out: int, generators: list[torch.Generator], fill: Callable) -> tuple[Tensor, Tensor]:
    draws = torch.stack([fill(torch.empty(fan_out, fan_in + 1), generator) for generator in generators])
    return draws[:, :, :-1].contiguous(), draws[:, :, -1:].contiguous()


def torch_default(fan_in: int, fan_out: int, generators: list[torch.Generator]) -> tuple[Tensor, Tensor]:
    """PyTorch's default for a linear layer: weight and bias uniform on `±1/√fan_in`.

    Args:
        fan_in: inputs of the layer.
        fan_out: outputs of the layer.
        generators: one for each of the `E` members.

    Returns:
        Weight `(E, fan_out, fan_in)` and bias `(E, fan_out, 1)`, float32, on the CPU.
    """
    bound = fan_in**-0.5
    return _draw(fan_in, fan_out, generators, lambda empty, g: empty.uniform_(-bound, bound, generator=g))


def one_signed(fan_in: int, fan_out: int, generators: list[torch.Generator]) -> tuple[Tensor, Tensor]:
    """Weight and bias uniform on `[0, 2/√fan_in]`: PyTorch's default moved to one sign, the same variance (Figure 6).

    Arguments and result are those of `torch_default`.
    """
    bound = 2 * fan_in**-0.5
    return _draw(fan_in, fan_out, generators, lambda empty, g: empty.uniform_(0, bound, generator=g))


def glorot_normal(fan_in: int, fan_out: int, generators: list[torch.Generator]) -> tuple[Tensor, Tensor]:
    """Gaussian weight of standard deviation `√(2/(fan_in + fan_out))`, bias zero (Figure 4).

    Arguments and result are those of `torch_default`.
    """
    deviation = (2 / (fan_in + fan_out)) ** 0.5
    weight, bias = _draw(fan_in, fan_out, generators, lambda empty, g: empty.normal_(0, deviation, generator=g))
    return weight, torch.zeros_like(bias)


def he_normal(fan_in: int, fan_out: int, generators: list[torch.Generator]) -> tuple[Tensor, Tensor]:
    """Gaussian weight of standard deviation `√(2/fan_in)`, which keeps the mean square through ReLU; bias zero.

    Arguments and result are those of `torch_default`.
    """
    deviation = (2 / fan_in) ** 0.5
    weight, bias = _draw(fan_in, fan_out, generators, lambda empty, g: empty.normal_(0, deviation, generator=g))
    return weight, torch.zeros_like(bias)


def torch_weights(fan_in: int, fan_out: int, generators: list[torch.Generator]) -> tuple[Tensor, Tensor]:
    """The weight of `torch_default`, the same numbers, and a bias of zero.

    Arguments and result are those of `torch_default`.
    """
    weight, bias = torch_default(fan_in, fan_out, generators)
    return weight, torch.zeros_like(bias)


def he_with_biases(fan_in: int, fan_out: int, generators: list[torch.Generator]) -> tuple[Tensor, Tensor]:
    """The weight of `he_normal`, and a bias of PyTorch's default law, uniform on `±1/√fan_in`.

    Arguments and result are those of `torch_default`.
    """
    weight, _ = he_normal(fan_in, fan_out, generators)
    bound = fan_in**-0.5
    empty = torch.empty(fan_out, 1)
    return weight, torch.stack([empty.clone().uniform_(-bound, bound, generator=g) for g in generators])


def orthogonal(fan_in: int, fan_out: int, generators: list[torch.Generator]) -> tuple[Tensor, Tensor]:
    """`√2` times a random matrix with orthonormal rows or columns, whichever are fewer; bias zero.

    A square one keeps the mean square through ReLU, as `he_normal` does.

    Arguments and result are those of `torch_default`.
    """
    draw = torch.nn.init.orthogonal_
    weights = [draw(torch.empty(fan_out, fan_in), gain=2**0.5, generator=generator) for generator in generators]
    return torch.stack(weights), torch.zeros(len(generators), fan_out, 1)


LAWS = (torch_default, one_signed, glorot_normal, he_normal, torch_weights, he_with_biases, orthogonal)
INITIALIZATIONS = {law.__name__: law for law in LAWS}
