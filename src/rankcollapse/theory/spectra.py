"""Rank measures of a hidden representation.

Every function takes `H` of shape `(..., d, N)`: one row a unit, one column a sample. All measures are
functions of the eigenvalues `λ` of `M = H Hᵀ / N`, that is of the squared singular values of `H` over
`N`, and none depends on the scale of `H`. A zero matrix has rank zero by every measure.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from rankcollapse.theory import given


def singular_values(H: Tensor) -> Tensor:
    """Singular values of `H`, descending.

    Args:
        H: representation, `(..., d, N)`, any float dtype (half precision is decomposed in float32); a NumPy array is
            taken too. No graph is kept.

    Returns:
        Tensor `(..., min(d, N))`.

    Raises:
        ValueError: `H` has fewer than two dimensions, an empty side, or an entry that is not finite; or it is no
            tensor of floating-point numbers.
    """
    return torch.linalg.svdvals(_representation(H))


def _representation(H: Tensor, scaled: bool = False) -> Tensor:
    """A representation that can be decomposed; if `scaled`, extreme ones times a power of two, which no rank sees.

    Raises:
        ValueError: as `singular_values`.
    """
    H = given.tensor(H)
    if H.ndim < 2 or 0 in H.shape[-2:]:
        raise ValueError(f"expected a matrix or a batch of matrices, got shape {tuple(H.shape)}")
    largest = H.abs().amax((-2, -1))
    if not torch.isfinite(largest).all():
        raise ValueError("the representation holds NaN or infinity: its rank is not defined")
    H = H.float() if H.dtype in (torch.float16, torch.bfloat16) else H
    # singular values, and what is made of them, are then far from the ends of the dtype's range
    extreme = (largest > math.sqrt(torch.finfo(H.dtype).max)) | (largest < math.sqrt(torch.finfo(H.dtype).tiny))
    return rescaled(H) if scaled and extreme.any() else H


def count_above_rounding(sigma: Tensor, shape: torch.Size, dtype: torch.dtype) -> Tensor:
    """Numerical rank from the descending singular values `(..., n)` of a matrix of that shape and dtype."""
    return (sigma > sigma[..., :1] * (max(shape[-2:]) * torch.finfo(dtype).eps)).sum(-1)


def _eigenvalues(sigma: Tensor, d: int) -> Tensor:
    """The leading `min(d, N)` eigenvalues of `M` scaled to `Tr M = d`; zeros for a zero matrix."""
    largest = sigma[..., :1]
    energy = torch.where(largest > 0, sigma / largest, 0).square()  # scaled first: no under- or overflow
    return d * energy / energy.sum(-1, keepdim=True).clamp_min(torch.finfo(energy.dtype).tiny)


def _soft_rank(eigenvalues: Tensor, d: int, tau: float) -> Tensor:
    if not 0 <= given.number("tau", tau) < 1:
        raise ValueError(f"tau must lie in [0, 1), got {tau}")
    return d * (eigenvalues.sum(-1) > 0) if tau == 0 else (eigenvalues >= tau).sum(-1)


def numerical_rank(H: Tensor) -> Tensor:
    """Number of singular values above `σ_max · max(d, N) · eps(dtype)`, as `numpy.linalg.matrix_rank`.

    Args:
        H: representation, `(..., d, N)`. Half precision is decomposed in single precision, and `eps` is that of
            single precision: the rank is that of the numbers as they are stored, their rounding included.

    Returns:
        Integer tensor `(...)`.

    Raises:
        ValueError: an entry is not finite, the entries are no floating-point numbers, or a side is empty.
    """
    return measures(H)["numerical_rank", None]


def soft_rank(H: Tensor, tau: float) -> Tensor:
    """Soft rank `rank_τ`: number of eigenvalues of `M` that are at least `τ`, with `Tr M = d` (section 3).

    Args:
        H: representation, `(..., d, N)`.
        tau: threshold, `0 <= tau < 1`; at `tau = 0` all `d` eigenvalues of a non-zero `M` count.

    Returns:
        Integer tensor `(...)`.

    Raises:
        ValueError: `tau` is outside `[0, 1)`, or as `numerical_rank`.
    """
    return measures(H, [tau])["soft_rank", tau]


def participation_ratio(H: Tensor) -> Tensor:
    """Participation ratio `r = (Tr M)² / ‖M‖_F²`, between 1 and `min(d, N)`; a lower bound on the rank.

    Args:
        H: representation, `(..., d, N)`.

    Returns:
        Tensor `(...)` of the dtype of the singular values.

    Raises:
        ValueError: as `numerical_rank`.
    """
    return measures(H)["participation_ratio", None]


def stable_rank(H: Tensor) -> Tensor:
    """Stable rank `Tr M / λ_max`, between 1 and `min(d, N)`.

    Args:
        H: representation, `(..., d, N)`.

    Returns:
        Tensor `(...)` of the dtype of the singular values.

    Raises:
        ValueError: as `numerical_rank`.
    """
    return measures(H)["stable_rank", None]


def rescaled(H: Tensor) -> Tensor:
    """`H` times a power of two for each matrix, exact, so that no square of an entry over- or underflows.

    Args:
        H: representation, `(..., d, N)`; matrices with an entry that is not finite, and zeros, stay as they are.

    Returns:
        The largest entry of each matrix has a modulus in `[½, 1)`. Half precision becomes single, which is exact too.
        Entries that are smaller than the largest by more than the range of the dtype become zero.
    """
    H = H.float() if H.dtype in (torch.float16, torch.bfloat16) else H
    largest = H.abs().amax((-2, -1), keepdim=True)
    _, exponent = torch.frexp(torch.where(largest.isfinite(), largest, 1))
    half = torch.div(
        exponent, 2, rounding_mode="floor"
    )  # in two steps: a power of two may be out of range, its root is not
    return H * _power(-half, H.dtype) * _power(half - exponent, H.dtype)


def _power(exponent: Tensor, dtype: torch.dtype) -> Tensor:
    """Two to the power of integers, exact."""
    return torch.ldexp(torch.ones_like(exponent, dtype=dtype), exponent)


def measures(H: Tensor, taus: Sequence[float] = ()) -> dict[tuple[str, float | None], Tensor]:
    """All rank measures from one decomposition.

    Args:
        H: representation, `(..., d, N)`.
        taus: thresholds of the soft rank.

    Returns:
        Tensors `(...)` by name of the measure and threshold (None but for the soft rank).

    Raises:
        ValueError: as `soft_rank`.
    """
    if isinstance(taus, (str, int, float)):
        raise ValueError(f"taus must be a list of thresholds, got {taus!r}")
    H = _representation(H, scaled=True)
    sigma = torch.linalg.svdvals(H)
    d = H.shape[-2]
    eigenvalues = _eigenvalues(sigma, d)
    total = eigenvalues.sum(-1)
    return {
        ("numerical_rank", None): count_above_rounding(sigma, H.shape, H.dtype),
        ("participation_ratio", None): torch.where(total > 0, total.square() / eigenvalues.square().sum(-1), 0),
        ("stable_rank", None): torch.where(total > 0, total / eigenvalues[..., 0], 0),
        **{("soft_rank", tau): _soft_rank(eigenvalues, d, tau) for tau in taus},
    }
