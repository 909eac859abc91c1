"""Dual kernels against quadrature, Hermite series and Monte Carlo; maps of the cosine against networks."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate

from rankcollapse.theory.kernels import (
    ACTIVATIONS,
    cosine_map,
    dual_kernel,
    hermite_coefficients,
    isometry_rate,
    relu_pairs_map,
)

RHO = torch.linspace(-1, 1, 11, dtype=torch.float64)


@pytest.mark.parametrize("name", ["identity", "relu", "erf"])
def test_a_closed_form_is_what_quadrature_gives(name):
    integrated = dual_kernel(lambda x: ACTIVATIONS[name](x), RHO)
    assert (dual_kernel(name, RHO) - integrated).abs().max() < 1e-12


@pytest.mark.parametrize(("name", "phi"), [("tanh", np.tanh), ("relu", lambda x: np.maximum(x, 0))])
def test_quadrature_agrees_with_an_adaptive_one(name, phi):
    rho, deviation = 0.6, 0.8

    def inner(x):
        found, _ = integrate.quad(
            lambda y: phi(rho * x + deviation * y) * math.exp(-y * y / 2),
            -10,
            10,
            points=[-rho * x / deviation],
            epsabs=1e-12,
        )
        return found * phi(x) * math.exp(-x * x / 2) / (2 * math.pi)

    halves = [integrate.quad(inner, *ends, epsabs=1e-11)[0] for ends in ((-10, 0), (0, 10))]
    assert float(dual_kernel(name, torch.tensor(rho, dtype=torch.float64))) == pytest.approx(sum(halves), abs=1e-10)


def test_hermite_coefficients_sum_to_the_kernel():
    c = hermite_coefficients("tanh", 60)
    series = (c**2 * RHO[1:-1, None] ** torch.arange(61)).sum(1)
    assert (series - dual_kernel("tanh", RHO[1:-1])).abs().max() < 1e-10
    relu = hermite_coefficients("relu", 4).tolist()
    root = math.sqrt(2 * math.pi)
    assert relu == pytest.approx(
        [1 / root, 0.5, 1 / (root * math.sqrt(2)), 0.0, -1 / (root * math.sqrt(24))], abs=1e-12
    )


def test_the_rate_is_a_lower_bound_on_the_growth_of_the_odds():
    assert isometry_rate("relu") == pytest.approx(2 - 0.25 / (0.5 - 1 / (2 * math.pi)))
    assert isometry_rate("identity") == pytest.approx(1)
    rho = torch.linspace(0.02, 0.98, 25, dtype=torch.float64)
    for name in ("relu", "tanh", "erf"):
        after = cosine_map(name, rho, centred=True)
        assert ((1 / after - 1) / (1 / rho - 1) >= isometry_rate(name)).all()


def test_the_vanilla_map_falls_by_its_power_law():
    rho = torch.tensor(0.0, dtype=torch.float64)
    roots = []
    for _ in range(4000):
        rho = cosine_map("relu", rho, centred=False)
        roots.append(float(1 - rho) ** -0.5)
    slope = (roots[-1] - roots[1999]) / 2000
    assert slope**-2 == pytest.approx(9 * math.pi**2 / 2, rel=2e-3)
    assert roots[-1] ** -2 * 4000**2 < 0.995 * 9 * math.pi**2 / 2  # the limit itself is far


@pytest.mark.parametrize("pairs", [3, 8])
def test_the_map_for_few_pairs_is_that_of_monte_carlo(pairs):
    draw, rho = torch.Generator().manual_seed(0), 0.7
    first, other = torch.randn(2, 400_000, pairs, generator=draw, dtype=torch.float64)
    z = torch.cat([first, rho * first + (1 - rho**2) ** 0.5 * other], dim=1)
    mean = (1 + rho) / (2 * pairs)
    z = z - z.mean(1, keepdim=True)
    h = torch.relu(z / z.norm(dim=1, keepdim=True))
    h = h - h.mean(1, keepdim=True)
    blocks = [float((b[:, :pairs] * b[:, pairs:]).sum() * 2 / b.square().sum()) for b in h.chunk(20)]
    exact = float(relu_pairs_map(torch.tensor((rho - mean) / (1 - mean)), pairs))
    assert abs(np.mean(blocks) - exact) < 4 * np.std(blocks) / math.sqrt(19)
    wide = relu_pairs_map(torch.tensor(rho), 10**6)
    assert float(wide) == pytest.approx(float(cosine_map("relu", torch.tensor(rho), centred=True)), abs=1e-5)
