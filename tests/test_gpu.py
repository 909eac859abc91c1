"""The same code on a GPU gives what it gives on a CPU: exactly where nothing is random there, in law elsewhere."""

import pytest
import torch
from scipy import stats
from test_networks import ensemble
from test_training import BATCH, data, orders

from rankcollapse.lyapunov import lyapunov_spectrum
from rankcollapse.networks import Layer
from rankcollapse.propagation import propagate
from rankcollapse.spectra import measures, participation_ratio
from rankcollapse.theory import gaussian_lyapunov_exponents
from rankcollapse.training import evaluate, train

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")]


def test_rank_measures():
    H = torch.randn(3, 20, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for cpu, gpu in zip(measures(H, [0.3]).values(), measures(H.cuda(), [0.3]).values(), strict=True):
        torch.testing.assert_close(cpu, gpu.cpu())


def test_training():
    images, labels = data()
    losses = []
    for device in ("cpu", "cuda"):
        layers = [Layer(*(p if p is None else p.to(device) for p in layer)) for layer in ensemble(True)]
        images, labels = images.to(device), labels.to(device)
        steps = torch.full((4,), 0.1, device=device)
        train(layers, images, labels, step_sizes=steps, batch_size=BATCH, epochs=1, orders=orders(range(4)))
        losses.append(evaluate(layers, images, labels, BATCH)[0])
    torch.testing.assert_close(losses[0], losses[1], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("thin", [False, True])
def test_chains_have_the_same_law(thin):
    H = torch.randn(1, 24, 8, generator=torch.Generator().manual_seed(0)).repeat(2000, 1, 1)
    ratios = []
    for device in ("cpu", "cuda"):
        *_, state = propagate(H.to(device), 3, generator=torch.Generator(device).manual_seed(1), thin=thin)
        ratios.append(participation_ratio(state).cpu().numpy())
    assert stats.ks_2samp(*ratios).pvalue > 1e-3


def test_lyapunov_exponents():
    found = lyapunov_spectrum(32, layers=200, normalization="none", chains=12, device="cuda")
    z = (found.exponents - gaussian_lyapunov_exponents(32)) / found.standard_errors
    assert z.abs().max() < 6
