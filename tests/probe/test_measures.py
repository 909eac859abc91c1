"""The measures of a state against `spectra`, closed forms, and slow versions."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from support.states import cosines, numerical_rank_between, ranks

from rankcollapse.probe import measures as measures_module
from rankcollapse.probe.measures import COLUMNS, DRAWN, MOST, dead_share, mean_cosine, measure, root_mean_square
from rankcollapse.theory import spectra


def state(count, units, kept, seed, dtype=torch.float32, mean=0.0, scale=1.0):
    """A state of so many columns and units, of rank at most `kept` beside its mean."""
    draw = torch.Generator().manual_seed(seed)
    X = torch.randn(count, kept, generator=draw, dtype=torch.float64) @ torch.randn(
        kept, units, generator=draw, dtype=torch.float64
    )
    return (scale * (X + mean * torch.randn(units, generator=draw, dtype=torch.float64))).to(dtype)


def agrees(row, X):
    """Whether a row has the measures of a state `(columns, units)`."""
    H = X.mT.float() if X.dtype.itemsize < 4 else X.mT
    expected = ranks(H)
    for name in ("participation_ratio", "stable_rank"):
        assert row[name] == pytest.approx(expected[name], rel=2e-5), name
    assert row["centred_participation_ratio"] == pytest.approx(expected["centred_participation_ratio"], rel=2e-3)
    eigenvalues = torch.linalg.svdvals(H.double()).square()
    eigenvalues = eigenvalues * H.shape[0] / eigenvalues.sum()
    if not ((eigenvalues - 0.1).abs() < 1e-4 * eigenvalues.max()).any():  # not a tie that rounding decides
        assert row["soft_rank"] == expected["soft_rank"]
    low, high = numerical_rank_between(X.mT)
    assert low <= row["numerical_rank"] <= high
    if X.dtype.itemsize >= 4:
        assert low <= spectra.numerical_rank(X.mT).item() <= high
    for name, value in zip(("mean_cosine", "mean_absolute_cosine"), cosines(H), strict=True):
        assert row[name] == pytest.approx(value, abs=1e-6, nan_ok=True), name
    assert row["scale"] == pytest.approx(X.double().square().mean().sqrt().item(), rel=1e-5)
    assert row["dead"] == pytest.approx((X == 0).all(0).double().mean().item())


dtypes = st.sampled_from([torch.float32, torch.float64, torch.float16, torch.bfloat16])


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 24),
    st.integers(1, 24),
    st.integers(1, 24),
    st.integers(0, 10**6),
    dtypes,
    st.sampled_from([0.0, 1.0, 30.0]),
    st.sampled_from([1.0, 1e-3, 100.0]),
)
def test_a_row_equals_spectra_to_rounding(count, units, kept, seed, dtype, mean, scale):
    X = state(count, units, kept, seed, dtype, mean, scale)
    row = measure(X, "flatten", True)
    assert list(row) == list(COLUMNS)
    agrees(row, X)


@pytest.mark.parametrize(
    ("count", "units", "kept", "mean", "precision"),
    [
        (32, 40000, 64, 0.0, "float32"),
        (32, 40000, 64, 1.0, "float32"),
        (32, 40000, 3, 0.0, "float64"),  # badly conditioned
        (32, 40000, 32, 1e4, "float64"),  # nearly all mean
        (300, 4000, 20, 0.0, "float64"),  # drawn
        (400, 30, 30, 0.5, "float64"),  # fewer units than columns
    ],
)
def test_large_states_are_multiplied_in_the_precision_that_they_need(count, units, kept, mean, precision):
    X = state(count, units, kept, seed=1, mean=mean)
    row = measure(X, "flatten", True)
    assert row["computed_in"] == precision
    used = X if min(count, units) <= MOST else measures_module._some(X)
    assert row["columns"] == len(used)
    for name, value in ranks(used.mT).items():
        assert row[name] == pytest.approx(value, rel=1e-3), name
    low, high = numerical_rank_between(used.mT)
    assert low <= row["numerical_rank"] <= high
    assert row["scale"] == pytest.approx(X.square().mean().sqrt().item(), rel=1e-5)
    compared = X if len(X) <= MOST else measures_module._some(X)
    assert row["mean_cosine"] == pytest.approx(cosines(compared.mT)[0], abs=1e-5)


def test_medium_precision_of_matrix_products_is_not_used():
    """With `set_float32_matmul_precision("medium")` single-precision products have eight bits on some processors."""
    X = state(32, 40000, 32, seed=1)
    before = torch.get_float32_matmul_precision()
    try:
        torch.set_float32_matmul_precision("medium")
        assert measure(X, "flatten", True)["computed_in"] == "float64"
    finally:
        torch.set_float32_matmul_precision(before)


@pytest.mark.parametrize("scale", [1e-30, 1e-25, 1e25, 1e37])
def test_measures_do_not_depend_on_scale_where_squares_over_or_underflow(scale):
    X = state(16, 20, 16, seed=3)
    small, row = measure(X, "flatten", True), measure(X * scale, "flatten", True)
    for name in ("participation_ratio", "centred_participation_ratio", "stable_rank", "mean_cosine"):
        assert row[name] == pytest.approx(small[name], rel=1e-5), name
    assert row["scale"] == pytest.approx(small["scale"] * scale, rel=1e-5)
    double = measure(X.double() * 1e-200, "flatten", True)
    assert double["numerical_rank"] == 16
    assert double["scale"] == pytest.approx(small["scale"] * 1e-200, rel=1e-5)


def test_a_zero_state_has_rank_zero_and_no_cosine():
    row = measure(torch.zeros(8, 5), "flatten", True)
    assert [row[name] for name in measures_module.RANKS] == [0, 0, 0, 0, 0]
    assert math.isnan(row["mean_cosine"])
    assert (row["scale"], row["dead"], row["finite"]) == (0, 1, True)


def test_equal_columns_have_centred_participation_ratio_zero_exactly():
    for dtype in (torch.float32, torch.float64, torch.float16):
        X = torch.randn(1, 50, generator=torch.Generator().manual_seed(0)).repeat(16, 1).to(dtype)
        assert measure(X, "flatten", True)["centred_participation_ratio"] == 0
    apart = X.double().clone()
    apart[0, 0] += 1e-9
    assert measure(apart, "flatten", True)["centred_participation_ratio"] == pytest.approx(1)


def test_the_jackknife_error_is_that_of_repeated_draws():
    draw = torch.Generator().manual_seed(0)
    X = torch.randn(4000, 600, generator=draw) * torch.linspace(0.1, 2, 600) ** 2
    ratios = []
    for seed in range(60):
        some = X[torch.randperm(4000, generator=torch.Generator().manual_seed(seed))[:DRAWN]]
        ratios.append(spectra.participation_ratio(some.mT).item())
    stated = measure(X, "flatten", True)["sampling_error"]
    assert 0.5 < stated / np.std(ratios) < 2


def test_when_lapack_does_not_converge_another_gives_the_same_numbers(monkeypatch):
    X = state(12, 9, 5, seed=2, dtype=torch.float64)
    expected = measure(X, "flatten", True)

    def fails(*args, **kwargs):
        raise torch.linalg.LinAlgError("the algorithm failed to converge")

    monkeypatch.setattr(torch.linalg, "svdvals", fails)
    monkeypatch.setattr(torch.linalg, "eigvalsh", fails)
    assert measure(X, "flatten", True) == pytest.approx(expected)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_state_that_is_not_finite_has_no_rank_and_says_so(bad):
    X = state(12, 9, 5, seed=2)
    X[3, 4] = bad
    row = measure(X, "flatten", True)
    assert not row["finite"]
    assert all(math.isnan(row[name]) for name in measures_module.RANKS)
    many = state(600, 500, 5, seed=2)
    some = {tuple(column.tolist()) for column in measures_module._some(many)}
    left_out = next(number for number, column in enumerate(many) if tuple(column.tolist()) not in some)
    many[left_out, 7] = bad
    assert not measure(many, "flatten", True)["finite"]  # also where it was not drawn


def test_dead_share_and_root_mean_square_against_slow_versions():
    X = state(6, 50, 6, seed=4).relu()
    X[:, :7] = 0
    assert dead_share(X) == (X == 0).all(0).double().mean().item()
    for scale in (1.0, 1e-30, 1e30):
        assert root_mean_square(X * scale)[0] == pytest.approx(X.double().square().mean().sqrt().item() * scale)
    assert mean_cosine(X, "flatten", True) == pytest.approx(cosines(X.mT)[0])


def test_autocast_does_not_reach_the_measures():
    X = state(16, 20, 16, seed=3)
    expected = measure(X, "flatten", True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert measure(X, "flatten", True) == expected
