"""Rank measures of a hidden representation.

Every function takes `H` of shape `(..., d, N)`: one row a unit, one column a sample. All measures are
functions of the eigenvalues `λ` of `M = H Hᵀ / N`, that is of the squared singular values of `H` over
`N`, and none depends on the scale of `H`. A zero matrix has rank zero by every measure.
"""

import torch
from torch import Tensor


def singular_values(H: Tensor) -> Tensor:
    """Singular values of `H`, descending.

    Args:
        H: representation, `(..., d, N)`, any float dtype (half precision is decomposed in float32).

    Returns:
        Tensor `(..., min(d, N))`.

    Raises:
        ValueError: `H` has fewer than two dimensions, an empty side, or an entry that is not finite.
    """
    if H.ndim < 2 or 0 in H.shape[-2:]:
        raise ValueError(f"expected a matrix or a batch of matrices, got shape {tuple(H.shape)}")
    if not H.is_floating_point():
        raise ValueError(f"expected a floating-point dtype, got {H.dtype}")
    if not torch.isfinite(H).all():
        raise ValueError("the representation holds NaN or infinity: its rank is not defined")
    if H.dtype in (torch.float16, torch.bfloat16):
        H = H.float()
    return torch.linalg.svdvals(H)


def numerical_rank(H: Tensor) -> Tensor:
    """Number of singular values above `σ_max · max(d, N) · eps(dtype)`, as `numpy.linalg.matrix_rank`.

    Args:
        H: representation, `(..., d, N)`.

    Returns:
        Integer tensor `(...)`.
    """
    sigma = singular_values(H)
    tolerance = sigma[..., :1] * max(H.shape[-2:]) * torch.finfo(H.dtype).eps
    return (sigma > tolerance).sum(-1)


def _normalized_eigenvalues(H: Tensor) -> Tensor:
    """The leading `min(d, N)` eigenvalues of `M` scaled to `Tr M = d`; zeros for a zero matrix."""
    sigma = singular_values(H)
    largest = sigma[..., :1]
    energy = torch.where(largest > 0, sigma / largest, 0).square()  # scaled first: no under- or overflow
    return H.shape[-2] * energy / energy.sum(-1, keepdim=True).clamp_min(torch.finfo(energy.dtype).tiny)


def soft_rank(H: Tensor, tau: float) -> Tensor:
    """Soft rank `rank_τ`: number of eigenvalues of `M` that are at least `τ`, with `Tr M = d` (section 3).

    Args:
        H: representation, `(..., d, N)`.
        tau: threshold, `0 <= tau < 1`; at `tau = 0` all `d` eigenvalues of a non-zero `M` count.

    Returns:
        Integer tensor `(...)`.

    Raises:
        ValueError: `tau` is outside `[0, 1)`.
    """
    if not 0 <= tau < 1:
        raise ValueError(f"tau must lie in [0, 1), got {tau}")
    eigenvalues = _normalized_eigenvalues(H)
    if tau == 0:
        return H.shape[-2] * (eigenvalues.sum(-1) > 0)
    return (eigenvalues >= tau).sum(-1)


def participation_ratio(H: Tensor) -> Tensor:
    """Participation ratio `r = (Tr M)² / ‖M‖_F²`, between 1 and `min(d, N)`; a lower bound on the rank.

    Args:
        H: representation, `(..., d, N)`.

    Returns:
        Tensor `(...)` of the dtype of the singular values.
    """
    eigenvalues = _normalized_eigenvalues(H)
    total = eigenvalues.sum(-1)
    return torch.where(total > 0, total.square() / eigenvalues.square().sum(-1), 0)


def stable_rank(H: Tensor) -> Tensor:
    """Stable rank `Tr M / λ_max`, between 1 and `min(d, N)`.

    Args:
        H: representation, `(..., d, N)`.

    Returns:
        Tensor `(...)` of the dtype of the singular values.
    """
    eigenvalues = _normalized_eigenvalues(H)
    total = eigenvalues.sum(-1)
    return torch.where(total > 0, total / eigenvalues[..., 0], 0)
