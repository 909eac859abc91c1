"""Batch normalization in the theory's orientation, `H` of shape `(..., d, N)`, statistics over the batch."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

NORMALIZATIONS = ("none", "scale", "center", "full")


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


def normalize(H: Tensor, kind: str) -> Tensor:
    """One component of batch normalization, or all of it; statistics are over the batch, the last axis.

    Args:
        H: `(..., d, N)`, overwritten where that saves memory.
        kind: `none`; `center`: rows get mean 0; `scale`: rows get mean square 1 (the theory's BN, `diag(M) = 1`);
            `full`: mean 0 and mean square 1. A row of zeros stays zero.

    Raises:
        ValueError: the kind is unknown.
    """
    if kind not in NORMALIZATIONS:
        raise ValueError(f"normalization must be one of {', '.join(NORMALIZATIONS)}, got {kind!r}")
    if kind in ("center", "full"):
        H = H.sub_(H.mean(-1, keepdim=True))
    if kind in ("scale", "full"):
        H = F.normalize(H, dim=-1, out=H).mul_(math.sqrt(H.shape[-1]))
    return H
