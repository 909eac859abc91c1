"""Laws of initial weights, drawn for an ensemble: one generator, so one stream of numbers, a member."""

import torch
from torch import Tensor


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
    draws = torch.stack([torch.empty(fan_out, fan_in + 1).uniform_(-bound, bound, generator=g) for g in generators])
    return draws[:, :, :-1].contiguous(), draws[:, :, -1:].contiguous()
