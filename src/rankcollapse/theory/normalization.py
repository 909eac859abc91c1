"""Batch normalization in the theory's orientation, `H` of shape `(..., d, N)`, statistics over the batch."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from rankcollapse.theory.terms import BatchNormalization, check

CHANNELS_A_GROUP = 8  # of group normalization
EPSILON = 1e-5  # PyTorch's, added to the variance
LEAST_NORM = 1e-12  # of a row that is not looked at more closely
CONSTANT = 1e4  # a row whose mean is larger than its deviations by this is constant but for rounding


def standardize_(Z: Tensor, epsilon: float) -> Tensor:
    """Subtract from every row its mean, in place, and return the inverse of the rows' deviations, `(E, d, 1)`.

    Args:
        Z: `(E, d, N)`.
        epsilon: added to the variance.
    """
    Z.sub_(Z.mean(-1, keepdim=True))
    return torch.linalg.vector_norm(Z, dim=-1, keepdim=True).square_().div_(Z.shape[-1]).add_(epsilon).rsqrt_()


def backward_of_standardized(
    gradient: Tensor, Z: Tensor, inverse: Tensor, gain: Tensor, epsilon: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients in the rows before they were standardized, in the gain and in the shift.

    Args:
        gradient: in `gain · Z · inverse + shift`, `(E, d, N)`.
        Z: the centred rows, `(E, d, N)`, and
        inverse: what `standardize_` returned, `(E, d, 1)`.
        gain: `(E, d, 1)`.
        epsilon: as for `standardize_`.
    """
    rows = (1, -1, Z.shape[-1])  # for PyTorch's kernel: one sample of E·d channels, mean zero
    to_Z, to_gain, to_shift = torch.ops.aten.native_batch_norm_backward(
        gradient.contiguous().view(rows), Z.view(rows), gain.flatten(), None, None,
        torch.zeros_like(inverse).flatten(), inverse.flatten(), True, epsilon, [True, True, True],
    )  # fmt: skip
    return to_Z.view_as(Z), to_gain.view_as(gain), to_shift.view_as(gain)


class _NormalizedLinear(torch.autograd.Function):
    """`BN(W H)` with the fewest passes over memory in both directions: `W H` is centred where it lies."""

    @staticmethod
    def forward(ctx, weight: Tensor, H: Tensor, gain: Tensor, shift: Tensor, epsilon: float) -> Tensor:
        Z = torch.bmm(weight, H)
        inverse = standardize_(Z, epsilon)
        ctx.save_for_backward(weight, H, gain, Z, inverse)
        ctx.epsilon = epsilon
        return torch.mul(Z, gain * inverse).add_(shift)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        weight, H, gain, Z, inverse = ctx.saved_tensors
        to_Z, to_gain, to_shift = backward_of_standardized(gradient, Z, inverse, gain, ctx.epsilon)
        to_H = torch.bmm(weight.transpose(1, 2), to_Z) if ctx.needs_input_grad[1] else None
        return torch.bmm(to_Z, H.transpose(1, 2)), to_H, to_gain, to_shift, None


def normalized_linear(weight: Tensor, H: Tensor, gain: Tensor, shift: Tensor, epsilon: float = EPSILON) -> Tensor:
    """`gain · BN(W H) + shift` with full batch normalization: rows centred and scaled by batch statistics.

    Args:
        weight: `W`, `(E, d, inputs)`.
        H: states, `(E, inputs, N)`.
        gain: scale of each unit, `(E, d, 1)`.
        shift: shift of each unit, `(E, d, 1)`.
        epsilon: added to the variance, PyTorch's default.

    Returns:
        Tensor `(E, d, N)`, which may be overwritten.
    """
    return _NormalizedLinear.apply(weight, H, gain, shift, epsilon)


def normalize(H: Tensor, kind: str) -> Tensor:
    """One component of batch normalization, or all of it; statistics are over the batch, the last axis.

    Args:
        H: `(..., d, N)`, overwritten where that saves memory.
        kind: `none`; `center`: rows get mean 0; `scale`: rows get mean square 1 (the theory's BN, `diag(M) = 1`);
            `full`: mean 0 and mean square 1. A row of zeros stays zero.

    Raises:
        ValueError: the kind is unknown.
    """
    check(kind, BatchNormalization, "normalization")
    mean = None
    if kind in ("center", "full"):
        mean = H.mean(-1, keepdim=True)
        H = H.sub_(mean)
    if kind in ("scale", "full"):
        norm = torch.linalg.vector_norm(H, dim=-1, keepdim=True)
        in_range = (norm >= LEAST_NORM) & (norm < math.inf)
        if not in_range.all():
            H, norm = _within_range(H, norm, mean, in_range)
        H = H.div_(norm.clamp_min(LEAST_NORM)).mul_(math.sqrt(H.shape[-1]))
    return H


def _within_range(H: Tensor, norm: Tensor, mean: Tensor | None, in_range: Tensor) -> tuple[Tensor, Tensor]:
    """The rows, those whose squares leave the range of the dtype times a power of two each, and their norms.

    Rows of zeros stay. So does a row that was constant over the batch: what is left beside its mean is rounding.
    """
    largest = H.abs().amax(-1, keepdim=True)
    moved = ~in_range & (largest > 0) & largest.isfinite()
    if mean is not None:
        moved &= mean.abs() <= CONSTANT * largest
    _, exponent = torch.frexp(torch.where(moved, largest, 0.5))
    half = torch.div(exponent, 2, rounding_mode="floor")  # in two steps: a power of two may be out of range
    one = torch.ones_like(largest)
    H = H.mul_(torch.ldexp(one, -half)).mul_(torch.ldexp(one, half - exponent))
    return H, torch.where(moved, torch.linalg.vector_norm(H, dim=-1, keepdim=True), norm)


def normalize_channels(X: Tensor, kind: str, gain: Tensor, shift: Tensor, epsilon: float = EPSILON) -> Tensor:
    """Normalization of convolutional states in training mode, then `gain · X + shift` for each channel.

    Args:
        X: `(N, channels, height, width)`.
        kind: `center`: every channel gets mean 0 over batch and positions, its variance stays; `scale`: it gets mean
            square 1, the ratio of its mean to its deviation stays; `full`: mean 0 and variance 1 (BN); `layer`: every
            image gets mean 0 and variance 1 over all channels and positions; `group`: the same over every group of
            `CHANNELS_A_GROUP` channels (or all, where they do not divide).
        gain: `(channels,)`.
        shift: `(channels,)`.
        epsilon: added to the variance or the mean square.

    Raises:
        ValueError: the kind is unknown.
    """
    if kind == "full":
        return F.batch_norm(X, None, None, gain, shift, training=True, eps=epsilon)
    if kind in ("layer", "group"):
        channels = X.shape[1]
        groups = channels // CHANNELS_A_GROUP if kind == "group" and channels % CHANNELS_A_GROUP == 0 else 1
        return F.group_norm(X, groups, gain, shift, epsilon)
    gain, shift = gain.view(-1, 1, 1), shift.view(-1, 1, 1)
    if kind == "center":
        mean = X.mean((0, 2, 3), keepdim=True, dtype=gain.dtype)
        return torch.addcmul(shift - gain * mean, gain, X).to(X.dtype)
    if kind == "scale":
        square = X.to(gain.dtype).square().mean((0, 2, 3), keepdim=True)
        return torch.addcmul(shift, gain * (square + epsilon).rsqrt(), X).to(X.dtype)
    raise ValueError(f"normalization must be one of center, scale, full, layer, group, got {kind!r}")
