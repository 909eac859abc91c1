"""The same code on a GPU gives what it gives on a CPU: exactly where nothing is random there, in law elsewhere."""

import warnings

import pytest
import torch
from scipy import stats
from test_networks import ensemble
from test_training import BATCH, data, keys

from rankcollapse.convolutional import convnet
from rankcollapse.lyapunov import lyapunov_spectrum
from rankcollapse.networks import MLP, Layer
from rankcollapse.pretraining import pretrain
from rankcollapse.propagation import propagate
from rankcollapse.seeding import generator
from rankcollapse.spectra import measures, participation_ratio
from rankcollapse.theory import gaussian_lyapunov_exponents
from rankcollapse.training import Data, Optimizer, evaluate, repeated, train

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")]


def test_rank_measures():
    H = torch.randn(3, 20, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for cpu, gpu in zip(measures(H, [0.3]).values(), measures(H.cuda(), [0.3]).values(), strict=True):
        torch.testing.assert_close(cpu, gpu.cpu())


def on(network, device):
    return MLP([Layer(*(p if p is None else p.to(device) for p in layer)) for layer in network.layers])


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_training(optimizer):
    found = []
    for device in ("cpu", "cuda"):
        network, task = on(ensemble(True), device), data(device=device)
        options = {"step_sizes": [0.01] * 4, "batch_size": BATCH, "epochs": 2, "measure_at": [0, 6], "tau": 0.1}
        history = train(network, task, keys=keys(range(4)), optimizer=optimizer, **options)
        final, _ = evaluate(network, task, BATCH)
        found.append((final, [row["loss"] for row in history if row["step"] == 6]))
    torch.testing.assert_close(found[0][0], found[1][0], rtol=1e-3, atol=1e-4)
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-3)


def test_a_recorded_step_does_what_the_step_does_and_recording_it_changes_nothing():
    weight = torch.ones(3, 2, device="cuda")
    update = Optimizer("adam", [weight], torch.tensor([0.1, 0.2, 0.3], device="cuda"))
    expected = weight.clone()
    plain = Optimizer("adam", [expected], torch.tensor([0.1, 0.2, 0.3], device="cuda"))
    step = repeated(lambda: update.step((2 * weight,)), update.tensors())
    assert torch.equal(weight, torch.ones_like(weight))
    for _ in range(5):
        step()
        plain.step((2 * expected,))
    torch.testing.assert_close(weight, expected)


def test_a_step_of_training_does_not_wait_for_the_device():
    network, task = on(ensemble(True), "cuda"), data(device="cuda")
    torch.cuda.set_sync_debug_mode("warn")
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            train(network, task, step_sizes=[0.01] * 4, batch_size=5, epochs=1, keys=keys(range(4)))
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert len(caught) < 10  # of 20 steps: the order of the data is sent once an epoch


def test_pretraining():
    states = []
    for device in ("cpu", "cuda"):
        network = on(ensemble(False), device)
        images = data(device=device).images
        options = {"objective": "norm", "targets": [2, 4], "batches": 2, "steps": 3, "step_size": 0.05}
        pretrain(network, images, batch_size=BATCH, keys=keys(range(4)), **options)
        states.append(network.layers[0].weight.cpu())
    torch.testing.assert_close(*states, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("architecture", ["vgg11", "resnet18"])
def test_convolutional_networks(architecture):
    losses = {}
    for device, precision in (("cpu", "float32"), ("cuda", "float32"), ("cuda", "bfloat16")):
        draws = [generator("test", n) for n in range(2)]
        net = convnet(architecture, 0.125, "full", 10, channels=1, generators=draws, device=device)
        images = torch.rand(64, 1, 32, 32, generator=torch.Generator().manual_seed(0)).to(device)
        task = Data.shared(images, torch.arange(64, device=device) % 10, 2)
        options = {"step_sizes": [0.01, 0.02], "batch_size": 16, "epochs": 2, "measure_at": [8], "keys": keys(range(2))}
        history = train(net, task, augmentation=True, precision=precision, **options)
        losses[device, precision] = [row["loss"] for row in history]
    assert losses["cuda", "float32"] == pytest.approx(losses["cpu", "float32"], rel=1e-2)
    assert losses["cuda", "bfloat16"] == pytest.approx(losses["cpu", "float32"], rel=0.1)


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
