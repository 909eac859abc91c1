"""The drift identity by Monte Carlo."""

import math

import pytest
import torch

from rankcollapse.experiments.bounds.cells import DriftCell
from rankcollapse.experiments.bounds.drift import run, second_moments
from rankcollapse.theory.closed_forms import second_moment_drift
from rankcollapse.theory.normalization import normalize
from rankcollapse.theory.random_streams import generator


@pytest.mark.parametrize("width", [3, 6, 12])
def test_the_drift_identity_by_monte_carlo(width):
    cell = DriftCell(width=width, gamma=0.01, states=4, draws=6000)
    for row in run(cell, device="cpu").to_pylist():
        assert row["measured"] == pytest.approx(row["identity"], abs=4.5 * row["standard_error"] + 2e-3 * width**2)


def test_the_drift_by_plain_draws():
    """Independent of the antithetic pairs: one draw at a time, both orders of γ in the noise."""
    H = normalize(torch.randn(6, 6, generator=generator("plain"), dtype=torch.float64), "scale")
    M, gamma, draw = H @ H.mT / 6, 0.05, generator("plain", 1)
    changes = []
    for _ in range(40):
        W = torch.randn(10_000, 6, 6, generator=draw, dtype=torch.float64)
        changes.append((second_moments(H + gamma * W @ H).square().sum((-2, -1)) - M.square().sum()) / gamma**2)
    changes = torch.cat(changes)
    error = (changes.std() / math.sqrt(len(changes))).item()
    assert changes.mean().item() == pytest.approx(second_moment_drift(M).item(), abs=4 * error + 0.02 * 72)
