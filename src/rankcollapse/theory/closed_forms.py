"""Closed forms that the measurements are held against."""

import math

import torch
from scipy.special import digamma
from torch import Tensor

from rankcollapse.theory import given

UNIT = 0.05  # how far the diagonal of M may be from one, half precision and all


def gaussian_lyapunov_exponents(width: int, std: float = 1.0) -> Tensor:
    """Lyapunov exponents of a product of Gaussian matrices, `λ_i = ln s + ½ (ln 2 + ψ((d - i + 1)/2))` (Newman 1986).

    Args:
        width: `d`, rows and columns of the matrices.
        std: standard deviation `s` of their entries.

    Returns:
        The `d` exponents a layer, descending, float64.

    Raises:
        ValueError: the width is below 1 or the standard deviation not positive.
    """
    width = given.whole("width", width, 1)
    if not 0 < given.number("std", std) < math.inf:
        raise ValueError(f"std must be positive and finite, got {std}")
    degrees = torch.arange(width, 0, -1, dtype=torch.float64)
    return math.log(std) + (math.log(2) + torch.as_tensor(digamma((degrees / 2).numpy()))) / 2


def moments(M: Tensor) -> dict[str, Tensor]:
    """The quantities of the drift identity.

    Args:
        M: second-moment matrices with unit diagonal, `(..., d, d)`.

    Returns:
        `F = ‖M‖_F²`, `cubic = Tr M³` and `squared_rows = Σ_i (M²)_ii²`, each `(...)`.
    """
    square = M @ M
    rows = square.diagonal(dim1=-2, dim2=-1)
    return {"F": rows.sum(-1), "cubic": (square * M).sum((-2, -1)), "squared_rows": rows.square().sum(-1)}


def second_moment_drift(M: Tensor) -> Tensor:
    """The bracket `2 d² - 2 F - 8 Tr M³ + 8 Σ_i (M²)_ii²`: `E[F⁺ - F | M] = γ² · bracket + O(γ⁴)`.

    Args:
        M: second-moment matrices with unit diagonal, `(..., d, d)`.

    Returns:
        Tensor `(...)`, of single precision for matrices of half precision.

    Raises:
        ValueError: these are no square matrices of finite floating-point numbers with unit diagonal.
    """
    M = given.tensor(M)
    M = M.float() if M.dtype in (torch.float16, torch.bfloat16) else M
    if M.ndim < 2 or M.shape[-1] != M.shape[-2] or 0 in M.shape[-2:]:
        raise ValueError(f"expected square matrices (..., d, d), got shape {tuple(M.shape)}")
    if not torch.isfinite(M).all() or not ((M.diagonal(dim1=-2, dim2=-1) - 1).abs() < UNIT).all():
        raise ValueError("expected second moments with unit diagonal: normalize the rows to mean square 1 first")
    d = M.shape[-1]
    m = moments(M)
    return 2 * d**2 - 2 * m["F"] - 8 * m["cubic"] + 8 * m["squared_rows"]


def rank_bound(alpha: float, width: int) -> float:
    """The explicit form of Theorem 2: `E r >= 2 √α √d` in stationarity, as `γ → 0`.

    Args:
        alpha: `1 - E[Σ_i (M²)_ii²] / E[Tr M³]`, between 0 and 1.
        width: `d`.

    Raises:
        ValueError: alpha is outside [0, 1] or the width below 1.
    """
    width = given.whole("width", width, 1)
    if not 0 <= given.number("alpha", alpha) <= 1:
        raise ValueError(f"alpha must lie in [0, 1], got {alpha}")
    return 2 * math.sqrt(alpha * width)


def surviving_rank(width: int) -> float:
    """`2 √d`, the leading order of the number of neutral directions of a deep linear BN network (our derivation)."""
    return 2 * math.sqrt(width)


def fixed_batch_participation_ratio(width: int, samples: int) -> float:
    """Leading order of `r` for a batch of `N` samples: `N / (1 + N²/4d)` up to `N = 2 √d`, then `√d` (ours)."""
    if samples >= surviving_rank(width):
        return math.sqrt(width)
    return samples / (1 + samples**2 / (4 * width))


def bn_gradient_growth(activation: str, normalization: str, samples: int) -> float:
    """Factor by which the mean squared gradient grows a layer with BN, at infinite width (our derivation).

    `(B - 2)/(B - 3)` for linear networks with full BN and `(B - 1)/(B - 2)` with scale-only BN. With ReLU and full BN
    it tends to `π/(π - 1)` for large batches (Yang et al. 2019).

    Args:
        activation: `identity` or `relu`.
        normalization: `full`, or `scale` for `identity` only.
        samples: `B`, at least 4.
    """
    B = samples
    n = B if normalization == "scale" else B - 1  # directions that BN leaves
    if activation == "identity":
        return (n - 1) / (n - 2)
    # D keeps the positive entries of a centred row, P centres; -1/n is the correlation of two entries of such a row
    magnitudes = 2 / math.pi * (math.sqrt(1 - 1 / n**2) + math.asin(1 / n) / n)  # E|x y| of two such, of variance one
    q = 1 / 2 - (1 + n * magnitudes) / (4 * B)  # mean square of the ReLU of a row of mean square one, centred
    trace = B / 2 - 1 + (1 / 2 + n * (1 / 4 - math.asin(1 / n) / (2 * math.pi))) / B  # E Tr(P D P D)
    return (trace - q) / (q * (n - 2))
