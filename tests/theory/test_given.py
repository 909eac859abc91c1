"""The public functions called by strangers: the right number over the whole range of the dtype, or one clear error."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rankcollapse
from rankcollapse import (
    gaussian_lyapunov_exponents,
    lyapunov_spectrum,
    measures,
    numerical_rank,
    participation_ratio,
    propagate,
    rank_bound,
    second_moment_drift,
    soft_rank,
    stable_rank,
)
from rankcollapse.theory.normalization import normalize
from rankcollapse.theory.spectra import rescaled

MEASURES = [numerical_rank, participation_ratio, stable_rank, lambda H: soft_rank(H, 0.3)]
RANGES = {
    torch.float16: (-13, 14),
    torch.bfloat16: (-120, 126),
    torch.float32: (-120, 126),
    torch.float64: (-1000, 1022),
}
powers = st.sampled_from(list(RANGES)).flatmap(
    lambda dtype: st.tuples(st.just(dtype), st.integers(*RANGES[dtype]), st.integers(0, 2**31))
)


def drawn(seed, *shape, dtype=torch.float64):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def small(seed, dtype):
    """A matrix whose entries lie below one, some of them by far."""
    H = drawn(seed, 5, 7) * torch.tensor([1.0, 1.0, 0.5, 1e-2, 0.0])[:, None]
    return (H / H.abs().max()).to(dtype)


@settings(deadline=None, max_examples=60)
@given(powers)
def test_measures_are_numpys_at_any_scale_that_the_dtype_holds(case):
    dtype, power, seed = case
    H = small(seed, dtype)
    scaled = (H.double() * 2.0**power).to(dtype)
    exact = scaled.double().numpy() / 2.0**power  # what the dtype kept of it
    lam = np.linalg.svd(exact, compute_uv=False) ** 2
    tolerance = 1e-3 if dtype in (torch.float16, torch.bfloat16, torch.float32) else 1e-9
    assert participation_ratio(scaled).item() == pytest.approx(lam.sum() ** 2 / (lam**2).sum(), rel=tolerance)
    assert stable_rank(scaled).item() == pytest.approx(lam.sum() / lam.max(), rel=tolerance)
    kept = np.float64 if dtype == torch.float64 else np.float32
    assert numerical_rank(scaled).item() == np.linalg.matrix_rank(exact.astype(kept)) == 4


@pytest.mark.parametrize(
    ("H", "rank"),
    [
        (1e36 * torch.eye(1000), 1000),
        (torch.eye(200, dtype=torch.bfloat16), 200),
        (torch.eye(1500, dtype=torch.float16), 1500),
        (torch.full((30, 30), 3e38), 1),
        (torch.full((30, 30), 1.7e308, dtype=torch.float64), 1),
        (1e-42 * torch.eye(50), 50),
        (5e-324 * torch.eye(9, dtype=torch.float64), 9),
        (torch.diag(torch.tensor([1e38, 1e-38])), 1),
    ],
)
def test_rank_at_the_ends_of_a_dtype(H, rank):
    assert numerical_rank(H).item() == rank
    assert participation_ratio(H).item() == pytest.approx(rank)
    assert stable_rank(H).item() == pytest.approx(rank)
    assert soft_rank(H, 0.5).item() == rank


@settings(deadline=None, max_examples=60)
@given(powers)
def test_rescaling_is_exact_at_any_scale(case):
    dtype, power, seed = case
    H = small(seed, torch.float16).to(dtype)
    H = (H.double() * 2.0**power).to(dtype)
    found = rescaled(H)
    assert 0.5 <= found.abs().max() < 1
    ratio = found.double() / H.double()
    assert found.dtype == (dtype if dtype in (torch.float32, torch.float64) else torch.float32)
    assert len(ratio[H != 0].unique()) == 1
    assert math.frexp(ratio[H != 0][0].item())[0] == 0.5  # a power of two


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from([(torch.float32, -148, 127), (torch.float64, -1073, 1023)]),
    st.floats(0, 1),
    st.sampled_from(["scale", "full"]),
)
def test_rows_are_of_mean_square_one_at_any_scale(kind, place, normalization):
    dtype, least, most = kind
    power = round(least + 25 + place * (most - 2 - least - 25))
    H = drawn(power + 2000, 3, 4, 50, dtype=dtype).clamp(-3.9, 3.9) / 4
    H = torch.ldexp(torch.ldexp(H, torch.tensor(power // 2)).to(dtype), torch.tensor(power - power // 2)).to(dtype)
    H[0, 0] = 0
    if normalization == "full" and power > most - 8:
        return  # the sum that makes the mean is out of range
    found = normalize(H.clone(), normalization)
    assert not found[0, 0].any()
    assert found.square().mean(-1).flatten()[1:].numpy() == pytest.approx(1, rel=1e-3)
    assert found.sign().equal(H.sign()) or normalization == "full"


@pytest.mark.parametrize("scale", [1e30, 1e-40, 1e-30, 3e38])
@pytest.mark.parametrize("options", [{}, {"normalization": "full"}, {"normalization": "none", "rescale": True}])
def test_states_do_not_depend_on_the_scale_of_the_first(scale, options):
    H = torch.ones(1, 6, 5) + drawn(0, 2, 6, 5, dtype=torch.float32).clamp(-1, 1) / 2
    power = 2.0 ** math.floor(math.log2(scale / 2))
    at_one, at_scale = (
        [state.clone() for state in propagate(x, 3, generator=torch.Generator().manual_seed(1), **options)][-1]
        for x in (H, H * power)
    )
    torch.testing.assert_close(at_one, at_scale, rtol=1e-3, atol=1e-3)
    assert at_one.any()


def test_numpy_arrays_are_taken_as_tensors_are():
    H = drawn(0, 2, 5, 7)
    backwards = H.numpy()[:, ::-1]
    backwards.flags.writeable = False
    for measure in MEASURES:
        assert measure(H.numpy()).equal(measure(H))
        assert measure(backwards).shape == (2,)
    assert second_moment_drift(np.eye(3)).item() == second_moment_drift(torch.eye(3)).item()
    [state] = propagate(H.numpy(), 1, generator=torch.Generator().manual_seed(0))
    assert state.shape == H.shape


def test_no_graph_is_kept_alive():
    product = drawn(0, 5, 7).requires_grad_().exp()
    found = [measure(product) for measure in MEASURES] + list(measures(product, [0.1]).values())
    found += [second_moment_drift(torch.eye(3, requires_grad=True) * 1.0)]
    found += list(propagate(product[None], 1, generator=torch.Generator().manual_seed(0)))
    assert not any(value.requires_grad or value.grad_fn for value in found)


@pytest.mark.parametrize(
    ("H", "message"),
    [
        ([[1.0, 2.0]], "a torch tensor or a NumPy array, got list"),
        (None, "got NoneType"),
        (np.eye(3, dtype=int), "floating-point dtype .*got int64"),
        (np.eye(3, dtype=np.longdouble), "floating-point dtype"),
        (np.eye(3).astype(">f8"), "floating-point dtype"),
        (torch.eye(3, dtype=torch.complex64), "floating-point dtype .*got torch.complex64"),
        (torch.eye(3, dtype=torch.bool), "floating-point dtype"),
        (torch.eye(3, dtype=torch.float32).to(torch.float8_e4m3fn), "floating-point dtype"),
        (torch.eye(3).to_sparse(), "a dense tensor"),
        (torch.eye(3, device="meta"), "a dense tensor"),
    ],
)
def test_what_is_no_tensor_of_numbers_is_refused(H, message):
    draw = torch.Generator().manual_seed(0)
    for call in (*MEASURES, measures, second_moment_drift, lambda H: propagate(H, 1, generator=draw)):
        with pytest.raises(ValueError, match=message):
            call(H)


def states(**changes):
    given = {"H": drawn(0, 1, 3, 3), "layers": 1, "generator": torch.Generator().manual_seed(0)} | changes
    return propagate(given.pop("H"), given.pop("layers"), **given)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: states(H=torch.eye(3, dtype=torch.float16)[None]), "float32 or float64"),
        (lambda: states(layers=2.5), "layers must be a whole number, got 2.5"),
        (lambda: states(layers=-1), "layers must be at least 0"),
        (lambda: states(generator=0), "generator must be a torch.Generator"),
        (lambda: states(gamma="1"), "gamma must be a number"),
        (lambda: states(gamma=1e30), "gamma must be at most 1e"),
        (lambda: lyapunov_spectrum(8.0, layers=100), "width must be a whole number, got 8.0"),
        (lambda: lyapunov_spectrum(8, layers=1e3), "layers must be a whole number"),
        (lambda: lyapunov_spectrum(8, layers=100, chains=True), "chains must be a whole number"),
        (lambda: lyapunov_spectrum(8, layers=100, batch=4.5), "batch must be a whole number"),
        (lambda: lyapunov_spectrum(8, layers=100, device="quantum"), "cannot use the device 'quantum' here"),
        (lambda: lyapunov_spectrum(8, layers=100, weights="cauchy"), "weights must be one of"),
        (lambda: lyapunov_spectrum(8, layers=100, gamma=None), "gamma must be a number"),
        (lambda: gaussian_lyapunov_exponents(2.5), "width must be a whole number"),
        (lambda: gaussian_lyapunov_exponents(3, std=math.inf), "std must be positive and finite"),
        (lambda: gaussian_lyapunov_exponents(3, std="1"), "std must be a number"),
        (lambda: rank_bound(0.5, 16.5), "width must be a whole number"),
        (lambda: rank_bound(math.nan, 16), "alpha must lie in"),
        (lambda: second_moment_drift(torch.ones(2, 3)), "square matrices"),
        (lambda: second_moment_drift(2 * torch.eye(3)), "unit diagonal"),
        (lambda: second_moment_drift(torch.full((2, 2), math.nan)), "unit diagonal"),
        (lambda: soft_rank(torch.eye(3), "0.1"), "tau must be a number"),
        (lambda: measures(torch.eye(3), 0.1), "taus must be a list"),
    ],
)
def test_a_wrong_argument_is_told_in_one_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_there_is_not():
    with pytest.raises(ValueError, match="torch cannot use the device 'cuda' here; use 'cpu'"):
        lyapunov_spectrum(8, layers=100, device="cuda")


@pytest.mark.parametrize("chains", [1, 4])
def test_a_spectrum_without_a_neutral_exponent_has_none(chains):
    small_weights = lyapunov_spectrum(2, layers=200, normalization="none", weights="xavier", chains=chains)
    assert small_weights.exponents.max() < 0
    assert small_weights.neutral == 0
    assert lyapunov_spectrum(2, layers=200, normalization="none", chains=chains).neutral in (0, 1, 2)


def test_whole_numbers_of_numpy_are_whole_numbers():
    assert rank_bound(np.float64(0.25), np.int64(16)) == rank_bound(0.25, 16)
    assert gaussian_lyapunov_exponents(np.int32(3)).equal(gaussian_lyapunov_exponents(3))


def test_every_public_function_is_tried_here():
    tried = {name for name in rankcollapse.__all__ if name in globals()}
    assert tried == set(rankcollapse.__all__) - {"RankProbe", "raise_rank"}  # these take models: tests/probe
