"""Attention against 60 digits of mpmath, direct layers, and the theory of random matrices."""

import math

import mpmath
import pytest
import torch

from rankcollapse.theory.attention import (
    mean_cosine,
    random_attention,
    self_attention,
    uniform_attention,
    uniform_attention_cosine,
    without_outlier,
)


def layers_in_mpmath(X, layers, draw):
    """The distances to equal tokens of plain softmax attention, with the same weights."""
    d, T = X.shape
    X = mpmath.matrix(X.tolist())
    for _ in range(layers):
        query, key, value = (
            mpmath.matrix((W[0] / math.sqrt(d)).tolist())
            for W in torch.randn(3, 1, d, d, generator=draw, dtype=torch.float64)
        )
        scores = (query.T * X).T * (key.T * X) / mpmath.sqrt(d)
        A = scores.apply(mpmath.exp)
        for i in range(T):
            total = mpmath.fsum(A[i, j] for j in range(T))
            for j in range(T):
                A[i, j] /= total
        X = value * X * A.T
        means = [mpmath.fsum(X[i, j] for j in range(T)) / T for i in range(d)]
        yield mpmath.sqrt(mpmath.fsum((X[i, j] - means[i]) ** 2 for i in range(d) for j in range(T)))


def test_self_attention_keeps_its_digits_far_below_double_precision():
    draw = torch.Generator().manual_seed(0)
    X = torch.randn(1, 6, 4, generator=draw, dtype=torch.float64)
    state = draw.get_state()
    ours = [torch.linalg.matrix_norm(R).item() for _, R in self_attention(X, 5, generator=draw)]
    draw.set_state(state)
    with mpmath.workdps(120):
        exact = [float(found) for found in layers_in_mpmath(X[0], 5, draw)]
    assert ours == pytest.approx(exact, rel=1e-9)
    assert ours[-1] < 1e-16


def test_the_cosine_under_uniform_attention():
    assert uniform_attention_cosine(8, 10**8, 1e-4) == pytest.approx((math.e - 1) / (8 + math.e - 1), rel=1e-6)
    draw = torch.Generator().manual_seed(0)
    X = torch.linalg.qr(torch.randn(64, 512, 4, generator=draw, dtype=torch.float64)).Q
    for state in uniform_attention(X, 16, strength=0.25, generator=draw):
        cosines = mean_cosine(state)
    law = uniform_attention_cosine(4, 16, 0.25)
    assert abs(cosines.mean() - law) < 4 * cosines.std() / 8 + 0.01  # a ratio of means, and the mean of ratios
    unit = torch.nn.functional.normalize(state[0], dim=0)
    assert mean_cosine(state)[0] == pytest.approx(float(((unit.mT @ unit).sum() - 4) / 12))


def test_random_attention():
    A = random_attention(3, 200, 0.5, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(A.sum(-1), torch.ones(3, 200, dtype=torch.float64))
    assert float((200 * A).std()) == pytest.approx(math.sqrt(math.expm1(0.25)), rel=0.02)
    assert without_outlier(A).sum(-1).abs().max() < 1e-12
    assert torch.linalg.matrix_norm(without_outlier(A), 2).max() < 0.2  # of one with it
