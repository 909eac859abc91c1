"""Batch normalization in the theory's orientation, `H` of shape `(..., d, N)`, statistics over the batch."""

import torch
import torch.nn.functional as F
from torch import Tensor


def batch_norm(H: Tensor, gain: Tensor, shift: Tensor, epsilon: float = 1e-5) -> Tensor:
    """Full batch normalization with batch statistics: centre and scale each row, then `gain · + shift`.

    One row of `H` holds one unit's values over the batch, so this is a layer norm along the batch axis,
    for which PyTorch has a fused kernel on every device.

    Args:
        H: pre-activations, `(E, d, N)`.
        gain: scale of each unit, `(E, d, 1)`.
        shift: shift of each unit, `(E, d, 1)`.
        epsilon: added to the variance, PyTorch's default.

    Returns:
        Tensor `(E, d, N)`.
    """
    return torch.addcmul(shift, gain, F.layer_norm(H, H.shape[-1:], eps=epsilon))
