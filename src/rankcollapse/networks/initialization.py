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


INITIALIZATIONS = {law.__name__: law for law in (torch_default, one_signed, glorot_normal, he_normal)}
