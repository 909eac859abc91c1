"""Dual kernels of activations, and the maps of the cosine between two inputs that follow from them at infinite width.

For `(u, v)` Gaussian of unit variance and correlation `ρ`, the dual kernel is `κ(ρ) = E[φ(u) φ(v)] = Σ_k c_k² ρᵏ`, with
the coefficients `c_k` of `φ` in the normalized Hermite polynomials (Daniely, Frostig, Singer 2016). An activation is a
name in `ACTIVATIONS`, or a function of tensors that is smooth but perhaps at zero. Results are float64.
"""

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import torch
from torch import Tensor

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda x: x, "relu": torch.relu, "tanh": torch.tanh, "erf": torch.erf
}  # fmt: skip
REACH = 13.0  # standard deviations; the mass beyond is below double precision


@cache
def _legendre(nodes: int) -> tuple[Tensor, Tensor]:
    """Nodes and weights of Gauss and Legendre's rule on [0, 1]."""
    x, w = np.polynomial.legendre.leggauss(nodes)
    return torch.from_numpy((x + 1) / 2), torch.from_numpy(w / 2)


@cache
def _half_normal() -> tuple[Tensor, Tensor]:
    """Nodes and weights for the standard normal law on the positive half-line."""
    x, w = _legendre(160)
    return REACH * x, REACH * w * (-((REACH * x) ** 2) / 2).exp() / math.sqrt(2 * math.pi)


def hermite_coefficients(activation: str | Callable[[Tensor], Tensor], degree: int) -> Tensor:
    """The coefficients `c_k = E[φ(x) h_k(x)]` for `k` from 0 to `degree`, at most 60 for the sake of accuracy."""
    phi = ACTIVATIONS[activation] if isinstance(activation, str) else activation
    x, weights = _half_normal()
    x, weights = torch.cat([-x, x]), torch.cat([weights, weights])
    polynomials = [torch.ones_like(x), x]
    for k in range(1, degree):  # √(k+1) h_{k+1} = x h_k - √k h_{k-1}
        polynomials.append((x * polynomials[k] - math.sqrt(k) * polynomials[k - 1]) / math.sqrt(k + 1))
    return torch.stack(polynomials[: degree + 1]) @ (weights * phi(x))


def dual_kernel(activation: str | Callable[[Tensor], Tensor], rho: Tensor) -> Tensor:
    """`κ(ρ)`, of the shape of `rho`, which lies in [-1, 1].

    In closed form for identity, relu and erf (Cho, Saul 2009; Williams 1997), else integrated to ten digits or more.
    """
    rho = torch.as_tensor(rho, dtype=torch.float64)
    if activation == "identity":
        return rho.clone()
    if activation == "relu":
        return ((1 - rho**2).sqrt() + rho * (math.pi - rho.arccos())) / (2 * math.pi)
    if activation == "erf":
        return 2 / math.pi * (2 * rho / 3).arcsin()
    phi = ACTIVATIONS[activation] if isinstance(activation, str) else activation
    # u = r cos θ, v = r cos(θ - α) with ρ = cos α: a kink at zero is at a fixed angle, where the arcs end
    alpha, half = rho.arccos()[..., None], math.pi / 2
    start = torch.cat([0 * alpha - half, alpha - half, 0 * alpha + half, alpha + half], dim=-1)
    length = torch.cat([alpha, math.pi - alpha, alpha, math.pi - alpha], dim=-1)
    x, w = _legendre(80)
    theta = start[..., None, None] + length[..., None, None] * x[:, None]
    r, weights = _half_normal()
    radial = phi(r * theta.cos()) * phi(r * (theta - alpha[..., None, None]).cos()) @ (weights * r)
    return (radial @ w * length).sum(-1) / math.sqrt(2 * math.pi)


def cosine_map(activation: str | Callable[[Tensor], Tensor], rho: Tensor, *, centred: bool) -> Tensor:
    """The cosine between the states of two inputs one layer later, at infinite width; of the shape of `rho`.

    Args:
        activation: of pre-activations of unit variance and correlation
        rho: in [-1, 1].
        centred: False for the states themselves, `κ(ρ) / κ(1)`: of networks without BN, if their weights keep the
            variance at one. True for states less their mean over a large batch of independent pairs,
            `(κ(ρ) - κ(0)) / (κ(1) - κ(0))`: what BN makes of them (Joudaki, Daneshmand, Bach 2023).
    """
    zero, one = dual_kernel(activation, torch.tensor([0.0, 1.0]))
    shift = zero if centred else 0.0
    return (dual_kernel(activation, rho) - shift) / (one - shift)


def isometry_rate(activation: str | Callable[[Tensor], Tensor]) -> float:
    """`β = 2 - c₁² / (Σ c_k² - c₀²)`: the odds `(1 - ρ) / ρ` grow by at least this factor a layer with BN."""
    mean, slope = hermite_coefficients(activation, 1).tolist()
    return 2 - slope**2 / (float(dual_kernel(activation, torch.tensor(1.0))) - mean**2)


def relu_pairs_map(rho: Tensor, pairs: int) -> Tensor:
    """`cosine_map("relu", rho, centred=True)` for a batch of `p` pairs, at least 3: exact at infinite width (ours).

    A row `z` of pre-activations is Gaussian, with eigenvalues `λ₊ = (1 + ρ) p/(p - 1)` on `p - 1` differences between
    pairs and `λ₋ = 1 - ρ` on the `p` differences within. BN divides by `|z|`, and `1/|z|² = ∫ exp(-t |z|²) dt` turns
    both into `λ/(1 + 2 t λ)`: what is left is the kernel of ReLU under the tilted law, integrated over `t`.
    """
    p, rho = pairs, torch.as_tensor(rho, dtype=torch.float64)[..., None]
    x, w = _legendre(160)
    sums, differences = (1 + rho) * p / (p - 1), 1 - rho
    t = x / (1 - x) / ((p - 1) * sums + p * differences)
    weights = (1 + 2 * t * sums) ** (-(p - 1) / 2) * (1 + 2 * t * differences) ** (-p / 2) * w / (1 - x) ** 2
    sums, differences = sums / (1 + 2 * t * sums), differences / (1 + 2 * t * differences)
    own, partner = ((p - 1) * sums + p * differences) / (2 * p), ((p - 1) * sums - p * differences) / (2 * p)
    inner = [weights * own * dual_kernel("relu", (c / own).clamp(-1, 1)) for c in (own, partner, -sums / (2 * p))]
    a, b, c = (values.sum(-1) for values in inner)
    mean = (a + b + (2 * p - 2) * c) / (2 * p)
    return (b - mean) / (a - mean)
