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


def bn_gradient_growth(activation: str, normalization: str, samples: float = math.inf) -> float:
    """Factor by which the mean squared gradient grows a layer, at infinite width, in stationarity (our derivation).

    With `n` directions of the batch that are left by BN it is `(T - q) / (q (n - 2))`: `(B - 2)/(B - 3)` for linear
    networks with full BN, `(B - 1)/(B - 2)` with scale-only BN, and for ReLU with full BN a formula that tends to
    `π / (π - 1)` for large batches (Yang et al. 2019).

    Args:
        activation: `identity` or `relu`.
        normalization: `full`, or `scale` for `identity` only.
        samples: `B`, at least 4; `inf` for the limit.

    Raises:
        ValueError: no formula is known for these, or the batch is too small for the mean to exist.
    """
    B = samples
    if (activation, normalization) not in (("identity", "full"), ("identity", "scale"), ("relu", "full")) or not B > 3:
        raise ValueError(f"no formula for {activation}, {normalization} and {samples} samples")
    if math.isinf(B):
        return math.pi / (math.pi - 1) if activation == "relu" else 1.0
    n = B if normalization == "scale" else B - 1
    if activation == "identity":
        return (n - 1) / (n - 2)
    rho = -1 / n  # correlation of two entries of a centred row
    pairs = 2 / math.pi * (math.sqrt(1 - rho**2) + rho * math.asin(rho))  # E|x y| of two of them, of unit variance
    q = 1 / 2 - (1 + n * pairs) / (4 * B)  # centred mean square of a ReLU of a row of mean square one
    positive = B / 2
    positive_squared = B / 2 + B * n * (1 / 4 + math.asin(rho) / (2 * math.pi))
    T = positive * (1 - 2 / B) + positive_squared / B**2  # Tr(P D P D): P centres, D keeps the positive entries
    return (T - q) / (q * (n - 2))
