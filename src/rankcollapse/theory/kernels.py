"""Dual kernels of activations, and the maps of the cosine between two inputs that follow from them at infinite width.

For `(u, v)` Gaussian of unit variance and correlation `ρ`, the dual kernel is `κ(ρ) = E[φ(u) φ(v)] = Σ_k c_k² ρᵏ`,
where `c_k` are the coefficients of `φ` in the normalized Hermite polynomials (Daniely, Frostig, Singer 2016).
"""

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import torch
from torch import Tensor

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda x: x,
    "relu": torch.relu,
    "tanh": torch.tanh,
    "erf": torch.erf,
}
NODES = 160  # of the quadrature on either side of zero, where activations may have a kink
REACH = 13.0  # standard deviations; the mass beyond is below double precision

ActivationLike = str | Callable[[Tensor], Tensor]


@cache
def _gauss() -> tuple[Tensor, Tensor]:
    """Nodes and weights of the standard normal law: Gauss and Legendre's rule on either side of zero."""
    x, w = np.polynomial.legendre.leggauss(NODES)
    half = torch.from_numpy((x + 1) / 2 * REACH)
    nodes = torch.cat([-half.flip(0), half])
    weights = torch.from_numpy(np.concatenate([w[::-1], w]) * REACH / 2)
    return nodes, weights * (-(nodes**2) / 2).exp() / math.sqrt(2 * math.pi)


def _function(activation: ActivationLike) -> Callable[[Tensor], Tensor]:
    if callable(activation):
        return activation
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, or a function, got {activation!r}")
    return ACTIVATIONS[activation]


def hermite_coefficients(activation: ActivationLike, degree: int) -> Tensor:
    """The coefficients `c_k = E[φ(x) h_k(x)]`, `x` standard normal, `h_k` the normalized Hermite polynomials.

    Args:
        activation: a name in `ACTIVATIONS`, or a function of tensors that is smooth but perhaps at zero.
        degree: the last `k`, at most 60 for the accuracy of the quadrature.

    Returns:
        Tensor `(degree + 1,)`, float64.

    Raises:
        ValueError: the activation is unknown, or the degree out of range.
    """
    if not 0 <= degree <= 60:
        raise ValueError(f"degree must lie between 0 and 60, got {degree}")
    x, weights = _gauss()
    polynomials = [torch.ones_like(x), x]
    for k in range(1, degree):  # √(k+1) h_{k+1} = x h_k - √k h_{k-1}
        polynomials.append((x * polynomials[k] - math.sqrt(k) * polynomials[k - 1]) / math.sqrt(k + 1))
    return torch.stack(polynomials[: degree + 1]) @ (weights * _function(activation)(x))


def dual_kernel(activation: ActivationLike, rho: Tensor) -> Tensor:
    """`κ(ρ) = E[φ(u) φ(v)]`: in closed form for identity, relu and erf (Cho & Saul 2009; Williams 1997).

    Any other is integrated numerically, to about ten digits.

    Args:
        activation: as for `hermite_coefficients`.
        rho: correlations in [-1, 1], any shape.

    Returns:
        Tensor of the shape of `rho`, float64.

    Raises:
        ValueError: the activation is unknown, or a correlation outside [-1, 1].
    """
    rho = torch.as_tensor(rho, dtype=torch.float64)
    if not (rho.abs() <= 1).all():
        raise ValueError(f"correlations must lie in [-1, 1], got {rho.tolist()}")
    phi = _function(activation)
    if activation == "identity":
        return rho.clone()
    if activation == "relu":
        return ((1 - rho**2).sqrt() + rho * (math.pi - rho.arccos())) / (2 * math.pi)
    if activation == "erf":
        return 2 / math.pi * (2 * rho / 3).arcsin()
    # u = r cos θ, v = r cos(θ - α) with ρ = cos α: a kink at zero is at a fixed angle, where the arcs end
    alpha = rho.arccos()[..., None]
    quarter = torch.full_like(alpha, math.pi / 2)
    start = torch.cat([-quarter, alpha - quarter, quarter, alpha + quarter], dim=-1)
    length = torch.cat([alpha, math.pi - alpha, alpha, math.pi - alpha], dim=-1)
    x, w = (torch.from_numpy(values) for values in np.polynomial.legendre.leggauss(NODES // 2))
    theta = start[..., None, None] + length[..., None, None] * (x[:, None] + 1) / 2
    r, weights = (values[NODES:] for values in _gauss())
    radial = phi(r * theta.cos()) * phi(r * (theta - alpha[..., None, None]).cos()) @ (weights * r)
    return (radial @ (w / 2) * length).sum(-1) / math.sqrt(2 * math.pi)


def cosine_map(activation: ActivationLike, rho: Tensor, *, centred: bool) -> Tensor:
    """The cosine between the states of two inputs one layer later, at infinite width.

    Args:
        activation: as for `hermite_coefficients`.
        rho: correlation of the pre-activations, whose variance is one; any shape.
        centred: False for the states themselves, `κ(ρ) / κ(1)`: the layers of a network without BN whose weights keep
            the variance at one (He's for relu, any for identity). True for states less their mean over a large batch
            of such pairs, `(κ(ρ) - κ(0)) / (κ(1) - κ(0))`: what BN makes of them (Joudaki, Daneshmand, Bach 2023).

    Returns:
        Tensor of the shape of `rho`, float64.

    Raises:
        ValueError: as `dual_kernel`.
    """
    rho = torch.as_tensor(rho, dtype=torch.float64)
    zero, one = dual_kernel(activation, torch.tensor([0.0, 1.0]))
    shift = zero if centred else 0.0
    return (dual_kernel(activation, rho) - shift) / (one - shift)


def relu_pairs_map(rho: Tensor, pairs: int) -> Tensor:
    """`cosine_map("relu", rho, centred=True)` for a batch of few independent pairs: exact at infinite width (ours).

    A row `z` of the pre-activations is Gaussian, with eigenvalues `λ₊ = (1 + ρ) p/(p - 1)` on the `p - 1` differences
    between pairs and `λ₋ = 1 - ρ` on the `p` differences within. BN divides by `|z|`, and `1/|z|² = ∫ exp(-t |z|²) dt`
    tilts both to `λ/(1 + 2 t λ)`: what is left is the kernel under the tilted law, integrated over `t`.

    Args:
        rho: cosine within pairs of states less their mean over the batch, in (-1, 1), any shape.
        pairs: `p`, at least 3.

    Returns:
        Tensor of the shape of `rho`, float64: the same cosine one layer later.
    """
    p, rho = pairs, torch.as_tensor(rho, dtype=torch.float64)[..., None]
    between, within = (1 + rho) * p / (p - 1), 1 - rho
    x, w = (torch.from_numpy(values) for values in np.polynomial.legendre.leggauss(NODES))
    u = (x + 1) / 2
    scale = (p - 1) * between + p * within
    t = u / (1 - u) / scale
    density = (1 + 2 * t * between) ** (-(p - 1) / 2) * (1 + 2 * t * within) ** (-p / 2) * w / (1 - u) ** 2
    between, within = between / (1 + 2 * t * between), within / (1 + 2 * t * within)
    own = ((p - 1) * between + p * within) / (2 * p)
    other = (((p - 1) * between - p * within) / (2 * p), -between / (2 * p))  # in the pair, and in another one
    a, b, c = ((density * own * dual_kernel("relu", (each / own).clamp(-1, 1))).sum(-1) for each in (own, *other))
    mean = (a + b + (2 * p - 2) * c) / (2 * p)
    return (b - mean) / (a - mean)


def isometry_rate(activation: ActivationLike) -> float:
    """`β = 2 - c₁² / (Σ c_k² - c₀²)`: the odds `(1 - ρ) / ρ` grow by at least this factor a layer with BN.

    Raises:
        ValueError: the activation is unknown.
    """
    mean, slope = hermite_coefficients(activation, 1).tolist()
    x, weights = _gauss()
    return 2 - slope**2 / (float(_function(activation)(x).square() @ weights) - mean**2)
