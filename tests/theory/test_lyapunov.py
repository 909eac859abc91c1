"""Lyapunov spectra against exact exponents, a brute-force product, and an independent transverse exponent."""

import math

import numpy as np
import pytest
import torch
from scipy import stats
from support.gpu import needs_gpu

from rankcollapse.theory import lyapunov
from rankcollapse.theory.closed_forms import gaussian_lyapunov_exponents
from rankcollapse.theory.lyapunov import lyapunov_spectrum, spectrum_of


@pytest.mark.parametrize("width", [8, 32, 128])
def test_vanilla_exponents_are_newmans(width):
    chains = 12
    found = lyapunov_spectrum(width, layers=150, normalization="none", chains=chains, seed=1)
    z = (found.exponents - gaussian_lyapunov_exponents(width)) / found.standard_errors
    # the statistic of each exponent is Student's; its mean square is d/(d-2) of the degrees of freedom
    assert z.abs().max() < stats.t.ppf(1 - 1e-3 / width, chains - 1)
    assert z.square().mean() == pytest.approx((chains - 1) / (chains - 3), abs=6 * math.sqrt(2 / width))


def test_newmans_exponents_of_small_products():
    """d = 1: E ln|g|, by quadrature; d = 2: the sum is E ln|det|."""
    x = np.linspace(1e-6, 12, 4_000_001)
    integrand = np.log(x) * np.exp(-(x**2) / 2) * math.sqrt(2 / math.pi)
    by_quadrature = np.trapezoid(integrand, x) + 1e-6 * (math.log(1e-6) - 1) * math.sqrt(2 / math.pi)
    assert gaussian_lyapunov_exponents(1).item() == pytest.approx(by_quadrature, abs=1e-5)
    G = np.random.default_rng(0).standard_normal((400_000, 2, 2))
    log_det = np.log(np.abs(np.linalg.det(G)))
    expected = gaussian_lyapunov_exponents(2).sum().item()
    assert expected == pytest.approx(log_det.mean(), abs=5 * log_det.std() / math.sqrt(len(G)))
    shift = gaussian_lyapunov_exponents(5, 0.1) - gaussian_lyapunov_exponents(5)
    torch.testing.assert_close(shift, torch.full_like(shift, math.log(0.1)))


def brute_force(width, layers, chains, seed, centre=False):
    """Exponents of linear BN networks from the product itself, in 60-digit arithmetic: no QR, no log-scales."""
    import mpmath

    rng = np.random.default_rng(seed)
    exponents = []
    with mpmath.workdps(60):
        for _ in range(chains):
            H = mpmath.matrix(rng.standard_normal((width, width)).tolist())
            for layer in range(2 * layers):
                W = mpmath.matrix(rng.standard_normal((width, width)).tolist())
                H = W * H
                for row in range(width):
                    mean = sum(H[row, column] for column in range(width)) / width if centre else 0
                    for column in range(width):
                        H[row, column] -= mean
                    scale = mpmath.sqrt(sum(H[row, column] ** 2 for column in range(width)) / width)
                    for column in range(width):
                        H[row, column] /= scale
                if layer == layers - 1:
                    before = mpmath.svd_r(H, compute_uv=False)
            after = mpmath.svd_r(H, compute_uv=False)
            exponents.append([float(mpmath.log(after[i] / before[i])) / layers for i in range(width)])
    return np.array(exponents)


def test_bn_exponents_are_those_of_the_product_itself():
    width = 5
    exact = brute_force(width, layers=30, chains=12, seed=0)
    found = lyapunov_spectrum(width, layers=400, chains=16, seed=2)
    error = np.hypot(exact.std(0, ddof=1) / math.sqrt(len(exact)), found.standard_errors.numpy())
    assert (np.abs(exact.mean(0) - found.exponents.numpy()) < 4 * error + 2e-3).all()
    assert exact.mean(0)[-1] < -0.3  # there is something to find


def test_centred_exponents_are_those_of_the_centred_product_itself():
    """The library never centres: that centring costs one direction and nothing else is tested here."""
    exact = brute_force(5, layers=30, chains=12, seed=3, centre=True)[:, :4]
    found = lyapunov_spectrum(5, layers=400, chains=16, seed=4, normalization="full")
    error = np.hypot(exact.std(0, ddof=1) / math.sqrt(len(exact)), found.standard_errors.numpy())
    assert (np.abs(exact.mean(0) - found.exponents.numpy()) < 4 * error + 2e-3).all()


def test_the_second_direction_of_width_two_and_three():
    """Next to a rank-one state the second exponent is E ½ ln(mean (y - ȳ)²), y Cauchy: zero at d = 2, positive at 3.

    (Rows w·h of a nearly rank-one state are normalized by their first coordinate, which leaves ratios of Gaussians.)
    """
    y = np.random.default_rng(0).standard_cauchy((400_000, 3))
    growth = {d: 0.5 * np.log(((y[:, :d] - y[:, :d].mean(1, keepdims=True)) ** 2).mean(1)) for d in (2, 3)}
    assert growth[2].mean() == pytest.approx(0, abs=5 * growth[2].std() / math.sqrt(len(y)))
    assert growth[3].mean() > 0.1
    found = lyapunov_spectrum(3, layers=4000, chains=16)
    assert found.neutral == 2  # positive next to rank one: the second direction survives


@pytest.mark.parametrize(("width", "neutral"), [(16, 6), (32, 9)])
def test_the_top_exponents_of_bn_networks_are_zero_and_their_number_is_stable(width, neutral):
    spectra = [
        lyapunov_spectrum(width, layers=3000, chains=8, seed=1),
        lyapunov_spectrum(width, layers=3000, chains=8, seed=2, batch=width // 2 + 4),  # fewer columns, same top
    ]
    for found in spectra:
        assert abs(found.neutral - neutral) <= 1
        assert found.exponents[: neutral - 1].abs().max() < 2e-3
        assert found.exponents[neutral + 1] < -5e-3


def test_centring_costs_one_column_and_leaves_the_exponents():
    scale, full = (lyapunov_spectrum(8, layers=3000, chains=12, normalization=kind) for kind in ("scale", "full"))
    assert len(full.exponents) == len(scale.exponents) - 1
    error = 4 * (scale.standard_errors[:7].square() + full.standard_errors.square()).sqrt() + 2e-3
    assert ((scale.exponents[:7] - full.exponents).abs() < error).all()


def test_no_underflow_at_any_depth():
    found = lyapunov_spectrum(8, layers=20_000, chains=2, burn_in=10)
    assert torch.isfinite(found.chains).all()
    assert found.exponents[-1] * 20_000 < -10_000  # the last direction is e^-10000 of the first: far below any float


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 0},
        {"layers": 0},
        {"chains": 0},
        {"gamma": 0.0},
        {"batch": 9},
        {"burn_in": -1},
        {"batch": 1, "normalization": "full"},
    ],
)
def test_bad_input_is_refused(changes):
    arguments = {"width": 8, "layers": 20} | changes
    with pytest.raises(ValueError, match="must be"):
        lyapunov_spectrum(arguments.pop("width"), **arguments)
    with pytest.raises(ValueError, match="normalization"):
        lyapunov_spectrum(8, layers=20, normalization="layer")
    with pytest.raises(ValueError, match="weights"):
        lyapunov_spectrum(8, layers=20, weights="cauchy")


@needs_gpu
def test_lyapunov_exponents_on_a_gpu():
    found = lyapunov_spectrum(32, layers=200, normalization="none", chains=12, device="cuda")
    z = (found.exponents - gaussian_lyapunov_exponents(32)) / found.standard_errors
    assert z.abs().max() < 6


@pytest.mark.parametrize("width", [8, 16, 32, 64])
def test_one_chain_counts_the_neutral_exponents_that_many_chains_count(width):
    many = lyapunov_spectrum(width, layers=1500, chains=12, seed=5).neutral
    for seed in range(3):
        one = lyapunov_spectrum(width, layers=1500, seed=seed)
        assert one.degrees == 19
        assert abs(one.neutral - many) <= 1


def test_the_errors_of_one_chain_are_what_chains_differ_by():
    many = lyapunov_spectrum(8, layers=2000, chains=40, seed=6)
    spread = many.chains.std(0)
    errors = torch.stack([lyapunov_spectrum(8, layers=2000, seed=seed).standard_errors for seed in range(12)])
    falling = slice(many.neutral + 1, None)  # the scale of a neutral direction only fluctuates
    ratio = errors.square().mean(0).sqrt()[falling] / spread[falling]
    assert ((ratio > 0.6) & (ratio < 1.6)).all()
    assert (errors.square().mean(0).sqrt() > 0.5 * spread).all()
    two = lyapunov_spectrum(8, layers=2000, chains=2, seed=7)
    assert two.degrees == 38
    assert two.standard_errors[-1] == pytest.approx(spread[-1].item() / math.sqrt(2), rel=0.6)


def test_blocks_of_unequal_length_leave_the_exponents_of_one_chain_as_they_are():
    ends = [29 * block // lyapunov.BLOCKS for block in range(lyapunov.BLOCKS + 1)]  # blocks of one layer and of two
    steps = torch.rand(29, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    scales = torch.cat([torch.zeros(1, 2, dtype=torch.float64), steps.cumsum(0)])[ends][None]
    found = lyapunov._spectrum(scales, ends)
    torch.testing.assert_close(found.exponents, steps.mean(0).sort(descending=True).values)
    torch.testing.assert_close(found.exponents, found.chains[0])


def test_a_product_that_shrinks_in_every_direction_has_no_neutral_exponent():
    assert lyapunov_spectrum(6, layers=400, normalization="none", weights="xavier", chains=16).neutral == 0
    assert lyapunov_spectrum(6, layers=400, normalization="none", weights="xavier").neutral == 0


def test_few_chains_or_few_layers_are_refused():
    with pytest.raises(ValueError, match="at least 4 chains"):
        spectrum_of(torch.zeros(3, 5))
    with pytest.raises(ValueError, match="layers must be at least 20"):
        lyapunov_spectrum(8, layers=19)
