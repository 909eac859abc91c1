"""Rank measures against slow, independent versions, closed forms, and their invariances."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from support.gpu import needs_gpu

from rankcollapse.theory.spectra import (
    measures,
    numerical_rank,
    participation_ratio,
    rescaled,
    singular_values,
    soft_rank,
    stable_rank,
)

MEASURES = [numerical_rank, participation_ratio, stable_rank, lambda H: soft_rank(H, 0.3)]


matrices = npst.arrays(
    np.float64,
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    elements=st.floats(-100, 100, width=32),
).filter(lambda H: np.abs(H).max() > 1e-3)


seeds = st.integers(0, 2**31)


def eigenvalues(H: np.ndarray) -> np.ndarray:
    """All d eigenvalues of M, by another algorithm than the library's, with Tr M = d."""
    M = H @ H.T
    return np.linalg.eigvalsh(M * (len(M) / np.trace(M)))


def orthogonal(size: int, seed: int) -> torch.Tensor:
    Q, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((size, size)))
    return torch.tensor(Q)


@given(matrices)
def test_measures_are_those_of_the_eigenvalues_of_the_second_moments(H):
    lam = eigenvalues(H)
    assert participation_ratio(torch.tensor(H)).item() == pytest.approx(lam.sum() ** 2 / (lam**2).sum(), rel=1e-9)
    assert stable_rank(torch.tensor(H)).item() == pytest.approx(lam.sum() / lam.max(), rel=1e-9)
    assert numerical_rank(torch.tensor(H)).item() == np.linalg.matrix_rank(H)
    for tau in (0.05, 0.3, 0.9):
        if np.abs(lam - tau).min() > 1e-9:  # not a tie that rounding decides
            assert soft_rank(torch.tensor(H), tau).item() == (lam >= tau).sum()


@given(matrices, st.floats(0, 0.999))
def test_lemma_soft_rank_is_at_least_a_multiple_of_the_participation_ratio(H, tau):
    H = torch.tensor(H)
    assert soft_rank(H, tau).item() >= (1 - tau) ** 2 * participation_ratio(H).item() * (1 - 1e-12)


@given(matrices)
def test_measures_are_ordered_and_bounded(H):
    H = torch.tensor(H)
    r, stable = participation_ratio(H).item(), stable_rank(H).item()
    assert 1 - 1e-9 <= stable <= min(H.shape) * (1 + 1e-9)
    assert 1 - 1e-9 <= r <= min(H.shape) * (1 + 1e-9)
    assert stable <= r * (1 + 1e-9)  # λ_max Tr M >= ‖M‖_F²


@settings(deadline=None)
@given(matrices, seeds, st.floats(1e-6, 1e6))
def test_measures_do_not_change_under_scaling_rotation_and_permutation(H, seed, scale):
    H = torch.tensor(H)
    H = H + 1e-3 * torch.eye(*H.shape, dtype=H.dtype) * H.abs().max()  # away from ties of the numerical rank
    d, N = H.shape
    changed = [
        scale * H,
        orthogonal(d, seed) @ H @ orthogonal(N, seed + 1),
        H[torch.randperm(d, generator=torch.Generator().manual_seed(seed))],
        H.mT.contiguous(),
    ]
    for other in changed:
        assert participation_ratio(other).item() == pytest.approx(participation_ratio(H).item(), rel=1e-6)
        assert stable_rank(other).item() == pytest.approx(stable_rank(H).item(), rel=1e-6)
    sigma = singular_values(H)
    if sigma[-1] > 1e-9 * sigma[0]:
        assert all(numerical_rank(other) == numerical_rank(H) for other in changed)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_closed_forms(dtype):
    identity = torch.eye(6, dtype=dtype)
    line = torch.outer(torch.arange(1.0, 7), torch.arange(1.0, 5)).to(dtype)
    for measure in MEASURES:
        assert measure(identity).item() == pytest.approx(6)
        assert measure(line).item() == pytest.approx(1, rel=1e-2)
        assert measure(torch.zeros(3, 4, dtype=dtype)).item() == 0
    spectrum = torch.diag(torch.tensor([2.0, 1.0, 1.0], dtype=torch.float64))  # λ ∝ 4, 1, 1
    assert participation_ratio(spectrum).item() == pytest.approx(36 / 18)
    assert stable_rank(spectrum).item() == pytest.approx(6 / 4)
    assert soft_rank(spectrum, 0.49).item() == 3
    assert soft_rank(spectrum, 0.51).item() == 1
    assert soft_rank(torch.ones(5, 2), 0.0).item() == 5  # τ = 0: zeros count too


def test_the_numerical_rank_has_numpys_tolerance_to_a_tenth():
    for dtype in (torch.float32, torch.float64):
        tolerance = 8 * torch.finfo(dtype).eps  # of σ_max = 1, max(d, N) = 8
        for factor, rank in ((1.1, 2), (0.9, 1)):
            tall = torch.zeros(8, 2, dtype=dtype)
            tall[0, 0], tall[1, 1] = 1.0, factor * tolerance
            assert numerical_rank(tall).item() == np.linalg.matrix_rank(tall.numpy()) == rank


def test_extreme_scales_neither_overflow_nor_vanish():
    H = torch.randn(5, 7, generator=torch.Generator().manual_seed(0))
    for scale in (1e-30, 1e30):
        assert participation_ratio(scale * H).item() == pytest.approx(participation_ratio(H).item(), rel=1e-5)
        assert soft_rank(scale * H, 0.1).item() == soft_rank(H, 0.1).item()


def test_all_measures_from_one_decomposition():
    H = torch.randn(3, 6, 4, generator=torch.Generator().manual_seed(0))
    found = measures(H, [0.1, 0.5])
    assert torch.equal(found["numerical_rank", None], numerical_rank(H))
    assert torch.equal(found["participation_ratio", None], participation_ratio(H))
    assert torch.equal(found["stable_rank", None], stable_rank(H))
    assert torch.equal(found["soft_rank", 0.5], soft_rank(H, 0.5))
    assert len(found) == 5


def test_a_batch_is_measured_matrix_by_matrix():
    H = torch.randn(2, 3, 6, 4, generator=torch.Generator().manual_seed(0))
    for measure in MEASURES:
        assert measure(H).shape == (2, 3)
        torch.testing.assert_close(measure(H)[1, 2], measure(H[1, 2]))


@pytest.mark.parametrize(
    ("H", "message"),
    [
        (torch.ones(3), "matrix"),
        (torch.ones(0, 3), "shape"),
        (torch.ones(2, 2, dtype=torch.int64), "floating-point"),
        (torch.tensor([[1.0, float("nan")]]), "NaN"),
        (torch.tensor([[1.0, float("inf")]]), "infinity"),
    ],
)
def test_what_has_no_rank_is_refused(H, message):
    for measure in MEASURES:
        with pytest.raises(ValueError, match=message):
            measure(H)


@pytest.mark.parametrize("tau", [-0.1, 1.0, float("nan")])
def test_tau_outside_its_range_is_refused(tau):
    with pytest.raises(ValueError, match="tau"):
        soft_rank(torch.eye(2), tau)


@pytest.mark.parametrize("power", [-140, -60, 0, 60, 127])
def test_rescaling_is_exact_and_changes_no_measure(power):
    H = torch.rand(3, 6, 5, generator=torch.Generator().manual_seed(0))
    H[2] = 0
    scaled = rescaled(torch.ldexp(H, torch.tensor(power)).clamp_max(torch.finfo(H.dtype).max))
    for found, expected in zip(measures(scaled, [0.1]).values(), measures(H, [0.1]).values(), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-2 if power < -126 else 1e-6, atol=0)


@needs_gpu
def test_rank_measures_on_a_gpu():
    H = torch.randn(3, 20, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for cpu, gpu in zip(measures(H, [0.3]).values(), measures(H.cuda(), [0.3]).values(), strict=True):
        torch.testing.assert_close(cpu, gpu.cpu())
