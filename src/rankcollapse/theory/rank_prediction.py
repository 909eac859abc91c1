"""The numerical rank of a random ReLU network against depth, predicted without a random number or a fitted one.

The Gram matrix of a batch goes through the layers. Three laws change it:

1. *Signal and biases.* Pre-activations of infinite width are Gaussian; their covariance over the batch is the Gram
   matrix, times `gain / fan_in`, plus `bias / fan_in` in every entry (PyTorch's default has 1/3 for both). ReLU turns
   it into the arc-cosine kernel (Cho & Saul 2009). What all samples share tends to a constant, `1/√(5 d)` a unit for
   the default; what differs between samples shrinks by `1/√6` a layer.
2. *Finite width.* With `n` random directions in a layer, the logarithm of the k-th singular value of the batch changes
   on average by `½ (ψ((n − k + 1)/2) − ln(n/2))`, which is negative, and zero at infinite width: a Gaussian matrix
   multiplies volumes of k dimensions by products of χ variables, the law behind Newman's exponents.
3. *Dead units.* A unit that is zero for the whole batch is no direction. Where biases drown the signal, half are.

Rounding then hides singular values below `max(d, N) · eps` of the largest.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from scipy.special import digamma, ndtr

from rankcollapse.theory.kernels import dual_kernel
from rankcollapse.theory.terms import Initialization

EPS = 2.0**-23  # of single precision; the Gram matrix in double precision holds the square of that
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(80)
VARIANCES: dict[Initialization, tuple[float, float]] = {  # variances of weights and of biases, times the fan-in
    "torch_default": (1 / 3, 1 / 3),
    "torch_weights": (1 / 3, 0.0),
    "glorot_normal": (1.0, 0.0),  # where both sides have the same units; without biases no scale matters
    "he_normal": (2.0, 0.0),
    "he_with_biases": (2.0, 1 / 3),
}


def relu_covariance(K: np.ndarray) -> np.ndarray:
    """Second moments of `relu(z)` for Gaussian `z` of covariance `K`, `(N, N)`: the arc-cosine kernel of order one."""
    deviation = np.sqrt(np.diag(K))
    scale = np.outer(deviation, deviation)
    cosine = np.clip(K / scale, -1, 1)
    np.fill_diagonal(cosine, 1)
    return scale * dual_kernel("relu", torch.from_numpy(cosine)).numpy()


def _live_units(K: np.ndarray) -> float:
    """Share of units that are positive for some sample, if what they share and what differs are independent."""
    N = len(K)
    common = max((K.sum() - K.trace()) / (N * (N - 1)), 0.0)
    differs = max(K.trace() / N - common, np.finfo(float).tiny)
    dead = ndtr(-_NODES * math.sqrt(common / differs)) ** N
    return float(1 - _WEIGHTS @ dead / _WEIGHTS.sum())


def predicted_ranks(X: np.ndarray, width: int, depths: Sequence[int], *, gain: float, bias: float) -> list[int]:
    """Numerical rank, in single precision, of the last hidden state of ReLU networks at random initialization.

    Args:
        X: batch, `(inputs, N)`, at least two samples that differ.
        width: units `d` of every hidden layer.
        depths: hidden-to-hidden layers `h` of the networks.
        gain: variance of a weight times the fan-in of its layer.
        bias: variance of a bias times the fan-in of its layer.

    Returns:
        One rank for each depth, at most `min(d, N)`.
    """
    X = np.asarray(X, float)
    G, fan_in, N = X.T @ X, len(X), X.shape[1]
    centre = np.eye(N) - 1 / N
    order = np.arange(1, N + 1)
    found = {}
    for depth in range(max(depths) + 1):
        G = G / np.trace(G) * N * fan_in if bias == 0 else G  # no rank depends on the scale, and it must not underflow
        K = (gain * G + bias) / fan_in
        F = relu_covariance(K)
        n = width * _live_units(K)
        strengths, directions = np.linalg.eigh(centre @ F @ centre)
        strengths, directions = strengths[::-1].clip(0), directions[:, ::-1]
        live = order <= min(n, N - 1)
        kept = np.exp(digamma(np.where(live, (n - order + 1) / 2, 1)) - math.log(n / 2)) * live
        strengths = strengths * kept
        shrink = 1 / N + centre @ ((directions * np.sqrt(kept)) @ directions.T) @ centre
        G, fan_in = width * (shrink @ F @ shrink), width
        if depth in depths:
            threshold = np.linalg.eigvalsh(G)[-1] * (max(width, N) * EPS) ** 2
            found[depth] = min(1 + int((width * strengths > threshold).sum()), width, N)
    return [found[depth] for depth in depths]
