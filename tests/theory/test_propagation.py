"""The stream of states against a slow loop, its invariants over many layers, and the thin law."""

import math
from typing import get_args

import numpy as np
import pytest
import torch
from scipy import stats
from support.gpu import needs_gpu

from rankcollapse.theory.normalization import normalize
from rankcollapse.theory.propagation import draw_weights, propagate
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.spectra import participation_ratio
from rankcollapse.theory.terms import Activation, BatchNormalization, WeightLaw


def start(chains=3, d=6, samples=5, dtype=torch.float64):
    return torch.randn(chains, d, samples, generator=generator("start"), dtype=dtype)


def states(H, layers, seed="p", **kwargs):
    return [state.clone() for state in propagate(H, layers, generator=generator(seed), **kwargs)]


def slow_layer(H, W, gamma, activation, normalization):
    """One layer of one chain in NumPy, by the definitions of section 1."""
    Z = W @ H if gamma == math.inf else H + gamma * (W @ H)
    if normalization in ("center", "full"):
        Z = Z - Z.mean(1, keepdims=True)
    if normalization in ("scale", "full"):
        M = Z @ Z.T / Z.shape[1]
        Z = np.diag(np.diag(M) ** -0.5) @ Z
    return {"identity": Z, "relu": np.maximum(Z, 0), "tanh": np.tanh(Z)}[activation]


@pytest.mark.parametrize("gamma", [0.3, math.inf])
@pytest.mark.parametrize("activation", get_args(Activation))
@pytest.mark.parametrize("normalization", get_args(BatchNormalization))
def test_layers_are_those_of_the_definitions(gamma, activation, normalization):
    H = start()
    got = states(H, 4, gamma=gamma, activation=activation, normalization=normalization)
    draw, expected = generator("p"), H.numpy()
    for state in got:
        W = draw_weights(torch.empty(3, 6, 6), "gaussian", draw).double().numpy()
        expected = np.stack(
            [slow_layer(h, w, gamma, activation, normalization) for h, w in zip(expected, W, strict=True)]
        )
        np.testing.assert_allclose(state.numpy(), expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("law", get_args(WeightLaw))
def test_weights_have_their_law(law):
    W = draw_weights(torch.empty(500, 400), law, generator(law)).double().flatten()
    if law == "xavier":
        W *= 500**0.5
    mean = math.sqrt(3) / 2 if law == "one_signed" else 0.0
    assert W.mean().item() == pytest.approx(mean, abs=5 / math.sqrt(len(W)))
    assert W.square().mean().item() == pytest.approx(1, abs=8 / math.sqrt(len(W)))
    if law == "gaussian":
        assert stats.kstest(W.numpy(), "norm").pvalue > 1e-3
    if law == "one_signed":
        assert W.min() >= 0


@pytest.mark.parametrize("d", [4, 12])
def test_thin_draws_have_the_same_law(d):
    """Two-sample tests of r and of an entry after three layers, d below and above N; wrong laws fail (next test)."""
    H = start(1, d, 8).repeat(4000, 1, 1)
    plain, thin = (states(H, 3, seed=("s", thin), thin=thin)[-1] for thin in (False, True))
    for measure in (participation_ratio, lambda H: H[:, 0, 0], lambda H: H[:, 1, 2] * H[:, 0, 2]):
        assert stats.ks_2samp(measure(plain).numpy(), measure(thin).numpy()).pvalue > 1e-3


def test_the_test_of_laws_tells_them_apart():
    H = start(1, 12, 8).repeat(4000, 1, 1)
    gaussian, other = (participation_ratio(states(H, 3, weights=law)[-1]) for law in ("gaussian", "one_signed"))
    assert stats.ks_2samp(gaussian.numpy(), other.numpy()).pvalue < 1e-6


def test_float32_states_stay_valid_over_very_many_layers():
    """Unit diagonal of M, positive semidefinite by construction, finite: 10⁶ chain-layers at strong and weak skip."""
    for gamma in (0.1, 1.0, math.inf):
        H = normalize(torch.randn(50, 16, 16, generator=generator("long")), "scale")
        *_, state = propagate(H, 7000, generator=generator("long", str(gamma)), gamma=gamma)
        M = (state @ state.mT / 16).double()
        assert torch.allclose(M.diagonal(dim1=1, dim2=2), torch.ones((), dtype=M.dtype), atol=1e-5)
        assert torch.linalg.eigvalsh(M).min() > -1e-5


@pytest.mark.slow
def test_one_float32_chain_over_a_million_layers():
    H = normalize(torch.randn(1, 32, 32, generator=generator("million")), "scale")
    for layer, state in enumerate(propagate(H, 1_000_000, generator=generator("m"), gamma=0.5)):
        if layer % 10_000 == 0:
            M = (state @ state.mT / 32).double()
            assert torch.allclose(M.diagonal(dim1=1, dim2=2), torch.ones((), dtype=M.dtype), atol=1e-5)
            assert torch.linalg.eigvalsh(M).min() > -1e-5


def test_rescaling_changes_nothing_but_the_scale():
    H = start(d=24)
    plain, rescaled = (states(H, 20, normalization="none", activation="relu", rescale=r)[-1] for r in (False, True))
    torch.testing.assert_close(plain / torch.linalg.matrix_norm(plain, keepdim=True), rescaled)
    deep = states(H, 3000, normalization="none", rescale=True)[-1]
    torch.testing.assert_close(torch.linalg.matrix_norm(deep), torch.ones(3, dtype=deep.dtype))


def test_a_dead_network_stays_zero():
    H = -torch.ones(1, 1, 2)
    dead = [s for s in states(H, 30, activation="relu", normalization="none", rescale=True) if not s.any()]
    assert dead
    assert not dead[-1].isnan().any()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gamma": 0.0}, "gamma"),
        ({"gamma": -1.0}, "gamma"),
        ({"gamma": math.nan}, "gamma"),
        ({"activation": "gelu"}, "activation"),
        ({"normalization": "layer"}, "normalization"),
        ({"weights": "cauchy"}, "weights"),
        ({"thin": True, "weights": "uniform"}, "thin"),
        ({"thin": True, "gamma": 1.0}, "thin"),
        ({"H": torch.ones(2, 3)}, "shape"),
        ({"H": torch.ones(1, 0, 3)}, "shape"),
        ({"H": torch.full((1, 2, 2), math.nan)}, "NaN"),
    ],
)
def test_bad_input_is_refused(changes, message):
    arguments = {"H": start(), "layers": 1, "generator": generator("x")} | changes
    with pytest.raises(ValueError, match=message):
        next(propagate(arguments.pop("H"), arguments.pop("layers"), **arguments))


@needs_gpu
@pytest.mark.parametrize("thin", [False, True])
def test_chains_on_a_gpu_have_the_same_law(thin):
    H = torch.randn(1, 24, 8, generator=torch.Generator().manual_seed(0)).repeat(2000, 1, 1)
    ratios = []
    for device in ("cpu", "cuda"):
        *_, state = propagate(H.to(device), 3, generator=torch.Generator(device).manual_seed(1), thin=thin)
        ratios.append(participation_ratio(state).cpu().numpy())
    assert stats.ks_2samp(*ratios).pvalue > 1e-3
