"""The closed forms against Monte Carlo and each other."""

import math

import numpy as np
import pytest
import torch

from rankcollapse.theory.closed_forms import (
    fixed_batch_participation_ratio,
    gaussian_lyapunov_exponents,
    moments,
    rank_bound,
    second_moment_drift,
    surviving_rank,
)
from rankcollapse.theory.lyapunov import lyapunov_spectrum
from rankcollapse.theory.normalization import normalize
from rankcollapse.theory.propagation import propagate
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.spectra import participation_ratio


def test_moments_are_those_of_the_eigenvalues():
    H = normalize(torch.randn(7, 9, generator=generator("m"), dtype=torch.float64), "scale")
    M = H @ H.mT / 9
    eigenvalues = np.linalg.eigvalsh(M.numpy())
    found = moments(M)
    assert found["F"].item() == pytest.approx((eigenvalues**2).sum())
    assert found["cubic"].item() == pytest.approx((eigenvalues**3).sum())
    assert found["squared_rows"].item() == pytest.approx(sum((M @ M)[i, i].item() ** 2 for i in range(7)))
    assert found["squared_rows"] <= found["cubic"]  # Jensen: α >= 0
    assert second_moment_drift(torch.eye(5)).item() == 2 * 25 - 2 * 5
    assert second_moment_drift(torch.ones(5, 5)).item() == 0  # rank one is absorbing


def test_the_leading_order_of_wide_networks():
    """r of N = 8 samples after 40 layers of width 256, against N / (1 + N²/4d)."""
    H = torch.randn(200, 256, 8, generator=generator("wide"))
    *_, state = propagate(H, 40, generator=generator("wide", 1), thin=True)
    r = participation_ratio(state).double()
    assert r.mean().item() == pytest.approx(fixed_batch_participation_ratio(256, 8), rel=0.02)
    assert fixed_batch_participation_ratio(100, 20) == pytest.approx(10)  # the two regimes meet at N = 2 √d
    assert fixed_batch_participation_ratio(100, 500) == 10


def test_the_leading_order_of_the_neutral_directions_is_within_two_of_the_measured():
    for width in (16, 64):
        found = lyapunov_spectrum(width, layers=1500, chains=6, batch=math.ceil(1.5 * surviving_rank(width)))
        assert abs(found.neutral - (surviving_rank(width) - 2)) <= 1.5


def test_values_and_bad_input():
    assert rank_bound(0.25, 16) == pytest.approx(4)
    for arguments in ((-0.1, 4), (1.1, 4), (0.5, 0), (math.nan, 4)):
        with pytest.raises(ValueError, match=r"alpha must lie|width must be at least 1"):
            rank_bound(*arguments)
    for arguments in ((0, 1.0), (3, 0.0)):
        with pytest.raises(ValueError, match=r"width must be at least 1|std must be positive"):
            gaussian_lyapunov_exponents(*arguments)
