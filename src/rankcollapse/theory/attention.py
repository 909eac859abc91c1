"""Self-attention at initialization. Tokens are columns: a state is `(chains, d, T)`, attention `(chains, T, T)`.

A row of the attention matrix `A` is what one token takes from all: rows sum to one, and a layer maps `X` to `W X Aᵀ`.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor


def _square(X: Tensor, generator: torch.Generator) -> Tensor:
    """Gaussian matrices `(chains, d, d)` of variance `1/d`."""
    d = X.shape[1]
    return torch.randn(len(X), d, d, generator=generator, dtype=X.dtype, device=X.device) / math.sqrt(d)


def self_attention(
    X: Tensor, layers: int, *, generator: torch.Generator, skip: float = 0.0
) -> Iterator[tuple[Tensor, Tensor]]:
    """Softmax self-attention without MLPs: the common part of all tokens, and what each differs from it.

    A layer is `W_V X Aᵀ + skip · X` with `A = softmax(Xᵀ W_QK X / √d)`. The parts are carried apart: `X = c 1ᵀ + R` with
    `R 1 = 0`, and `R⁺ = W_V R (A - 1 pᵀ)ᵀ + skip · R`, less its mean, where `p = softmax(cᵀ W_QK R / √d)` is what all tokens
    share. Differences from it are taken by `expm1`, so that `R` keeps its digits far below the rounding of `c`, down to
    1e-300.

    Args:
        X: tokens, `(chains, d, T)`, float64; not changed.
        layers: depth.
        generator: on the device of `X`.
        skip: strength of the skip connection; 0 for none.

    Yields:
        `c`, `(chains, d, 1)`, and `R`, `(chains, d, T)`, after each layer.
    """
    c = X.mean(-1, keepdim=True)
    R = X - c
    for _ in range(layers):
        query_key = _square(X, generator) @ _square(X, generator).mT / math.sqrt(X.shape[1])
        value = _square(X, generator)
        shared = (c.mT @ query_key @ R).softmax(-1)  # (chains, 1, T)
        own = torch.expm1(R.mT @ query_key @ R)  # (chains, T, T): a row a token
        excess = (own * shared).sum(-1, keepdim=True)
        apart = shared * (own - excess) / (1 + excess)  # A - 1 pᵀ
        c, R = value @ (c + R @ shared.mT) + skip * c, value @ R @ apart.mT + skip * R
        mean = R.mean(-1, keepdim=True)
        c, R = c + mean, R - mean
        yield c, R


def uniform_attention(X: Tensor, layers: int, *, skip: float, generator: torch.Generator) -> Iterator[Tensor]:
    """Layers `X + skip · W X 11ᵀ/T`: attention in which every token takes the mean of all.

    Args:
        X: tokens, `(chains, d, T)`; not changed.
        layers: depth.
        skip: strength of attention beside the skip connection: `1/√layers` keeps tokens apart (Noci et al. 2022).
        generator: on the device of `X`.

    Yields:
        The tokens after each layer. `W` times the mean token is drawn by its law, a Gaussian vector.
    """
    chains, d, _ = X.shape
    for _ in range(layers):
        size = torch.linalg.vector_norm(X.mean(-1, keepdim=True), dim=1, keepdim=True) / math.sqrt(d)
        X = X + skip * size * torch.randn(chains, d, 1, generator=generator, dtype=X.dtype, device=X.device)
        yield X


def uniform_attention_cosine(tokens: int, layers: float = math.inf, skip: float | None = None) -> float:
    """Cosine of two tokens after `uniform_attention`, from orthogonal tokens of one norm, at infinite width (ours).

    The mean square of the mean token grows by `1 + skip²` a layer from `1/T`, and what it grows by is added to all inner
    products: cosine `g / (T + g)`, `g = (1 + skip²)^layers - 1`, which tends to `e - 1` for `skip = 1/√layers`.

    Args:
        tokens: `T`.
        layers: depth; `inf` for the limit of `skip = 1/√layers`.
        skip: strength of attention; default `1/√layers`.
    """
    square = 1 / layers if skip is None else skip**2
    growth = math.expm1(1.0 if layers == math.inf else layers * math.log1p(square))
    return growth / (tokens + growth)


def mean_cosine(X: Tensor) -> Tensor:
    """Mean cosine between two different tokens, `(chains,)`, of tokens `(chains, d, T)`."""
    unit = torch.nn.functional.normalize(X, dim=1)
    T = X.shape[-1]
    return (unit.sum(-1).square().sum(-1) - T) / (T * (T - 1))


def random_attention(
    chains: int, tokens: int, spread: float, *, generator: torch.Generator, shared: float = 0.0
) -> Tensor:
    """Attention whose scores are independent Gaussians: rows of i.i.d. positive entries over their sum.

    Args:
        chains: independent matrices.
        tokens: `T`.
        spread: standard deviation of the scores; entries have the coefficient of variation `√(exp(spread²) - 1)`.
        generator: on the CPU.
        shared: added to the scores among the first half of the tokens; other than 0 they are not i.i.d.

    Returns:
        Tensor `(chains, T, T)`, float64.
    """
    scores = spread * torch.randn(chains, tokens, tokens, generator=generator, dtype=torch.float64)
    scores[:, : tokens // 2, : tokens // 2] += shared
    return scores.softmax(-1)


def without_outlier(A: Tensor) -> Tensor:
    """`A - 11ᵀ/T`: attention `(..., T, T)` less its leading direction, that of the mean token."""
    return A - 1 / A.shape[-1]
