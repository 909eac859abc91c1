"""Self-attention at initialization. Tokens are columns: a state is `(chains, d, T)`, attention `(chains, T, T)`.

A row of the attention matrix `A` is what one token takes from all, and sums to one: a layer maps `X` to `W X Aᵀ`.
"""

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor


def self_attention(X: Tensor, layers: int, *, generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """Softmax self-attention alone, `W_V X Aᵀ` with `A = softmax(Xᵀ W_QK X / √d)`; Gaussian weights of variance `1/d`.

    The common part of all tokens and what each differs from it are carried apart: `X = c 1ᵀ + R` with `R 1 = 0`, and
    `R⁺ = W_V R (A - 1 pᵀ)ᵀ` less its mean, for `p = softmax(cᵀ W_QK R / √d)`. Differences from `p` are taken with
    `expm1`, so that `R` keeps its digits far below the rounding of `c`, down to 1e-300.

    Args:
        X: tokens, `(chains, d, T)`, float64; not changed.
        layers: depth.
        generator: on the device of `X`.

    Yields:
        `c`, `(chains, d, 1)`, and `R`, `(chains, d, T)`, after each layer.
    """
    chains, d, _ = X.shape
    c = X.mean(-1, keepdim=True)
    R = X - c
    for _ in range(layers):
        drawn = torch.randn(3, chains, d, d, generator=generator, dtype=X.dtype, device=X.device)
        query, key, value = drawn / math.sqrt(d)
        scores = R.mT @ key @ query.mT / math.sqrt(d)  # times a token: its scores, up to a constant
        p = (scores @ c).mT.softmax(-1)
        own = torch.expm1(scores @ R).mT
        excess = (own * p).sum(-1, keepdim=True)
        apart = p * (own - excess) / (1 + excess)  # A - 1 pᵀ
        c, R = value @ (c + R @ p.mT), value @ R @ apart.mT
        mean = R.mean(-1, keepdim=True)
        c, R = c + mean, R - mean
        yield c, R


def uniform_attention(X: Tensor, layers: int, *, strength: float, generator: torch.Generator) -> Iterator[Tensor]:
    """Layers `X + strength · W X 11ᵀ/T`: a token takes the mean of all beside a skip connection (Noci et al. 2022).

    Yields the tokens `(chains, d, T)` after each layer. `W` times the mean token is drawn by its law.
    """
    for _ in range(layers):
        size = torch.linalg.vector_norm(X.mean(-1, keepdim=True), dim=1, keepdim=True) / math.sqrt(X.shape[1])
        drawn = torch.randn(*X.shape[:2], 1, generator=generator, dtype=X.dtype, device=X.device)
        X = X + strength * size * drawn
        yield X


def uniform_attention_cosine(tokens: int, layers: float, strength: float) -> float:
    """Cosine of two tokens after `uniform_attention`, from orthogonal tokens of one norm, at infinite width (ours).

    It is `g / (T + g)`, `g = (1 + strength²)^layers - 1`, which tends to `e - 1` for `strength = 1/√layers`.
    """
    growth = math.expm1(layers * math.log1p(strength**2))
    return growth / (tokens + growth)


def mean_cosine(X: Tensor) -> Tensor:
    """Mean cosine between two different tokens, `(chains,)`, of tokens `(chains, d, T)`."""
    T = X.shape[-1]
    return (F.normalize(X, dim=1).sum(-1).square().sum(-1) - T) / (T * (T - 1))


def random_attention(chains: int, tokens: int, spread: float, *, generator: torch.Generator) -> Tensor:
    """Attention `(chains, T, T)` of i.i.d. positive entries over the sums of their rows: scores are Gaussian.

    Scores have standard deviation `spread`, entries the coefficient of variation `√(exp(spread²) - 1)`.
    """
    return (spread * torch.randn(chains, tokens, tokens, generator=generator, dtype=torch.float64)).softmax(-1)


def without_outlier(A: Tensor) -> Tensor:
    """`A - 11ᵀ/T`: attention `(..., T, T)` less its leading direction, that of the mean token."""
    return A - 1 / A.shape[-1]
