"""Networks whose states are given another scale, and keep their rank."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rankcollapse.networks.mlp import mlp
from rankcollapse.networks.rescaling import rescale, scales
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.spectra import measures, rescaled

MEMBERS, INPUTS, N = 2, 9, 7
LAWS = ["torch_default", "torch_weights", "glorot_normal", "he_normal", "he_with_biases", "orthogonal"]


def network(law="torch_default", depth=5, width=6, **options):
    options = {"normalized": False} | options
    streams = [generator("rescaling", member) for member in range(MEMBERS)]
    return mlp(INPUTS, width, depth, 3, generators=streams, initialization=law, **options)


def batch(seed=0):
    return torch.rand(MEMBERS, N, INPUTS, generator=torch.Generator().manual_seed(seed))


@settings(max_examples=40, deadline=None)
@given(law=st.sampled_from(LAWS), depth=st.integers(0, 40), width=st.integers(4, 24), seed=st.integers(0, 99))
def test_every_measure_of_rank_stays_and_every_state_has_mean_square_one(law, depth, width, seed):
    ours, X = network(law, depth, width), batch(seed)
    before = [H.double() for H in ours.mapped(torch.Tensor.double).hidden_states(X.double())]
    doubled = ours.mapped(torch.Tensor.double)
    rescale(doubled, X.double())
    for old, new in zip(before, doubled.hidden_states(X.double()), strict=True):
        alive = old.abs().amax((1, 2)) > 0
        mean_square = new.square().mean((1, 2))
        torch.testing.assert_close(mean_square[alive], torch.ones(int(alive.sum()), dtype=torch.float64))
        # every measure of rank, centred or not, is one of the singular values over the largest
        pair = [rescaled(H[alive]) for H in (old, new)]
        first, second = (H / torch.linalg.matrix_norm(H, 2, keepdim=True) for H in pair)
        for change in (lambda H: H, lambda H: H - H.mean(-1, keepdim=True)):
            spectra = [torch.linalg.svdvals(change(H)) for H in (first, second)]
            torch.testing.assert_close(*spectra, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("law", LAWS)
def test_ranks_stay_in_single_precision(law):
    drawn, ours, X = network(law, 12, 16), network(law, 12, 16), batch()
    rescale(ours, X)
    old, new = (measures(rescaled(each.hidden_state(X, 13)), [0.3]) for each in (drawn, ours))
    for name in old:
        torch.testing.assert_close(new[name].float(), old[name].float(), rtol=1e-3, atol=0)


def test_states_of_a_deep_network_are_rescaled_in_single_precision():
    """A hundred layers of PyTorch's weights lose 39 orders of magnitude, more than single precision has."""
    ours, X = network("torch_weights", 100, 64), batch()
    rescale(ours, X)
    assert [scale.flatten().tolist() for scale in scales(ours, X)] == [
        pytest.approx([1, 1], rel=1e-4) for _ in range(101)
    ]


def test_the_scales_of_another_network_can_be_given_and_taken_back():
    drawn, ours, X = network(), network(), batch()
    as_drawn = scales(drawn, X)
    rescale(ours, X)
    rescale(ours, X, as_drawn)
    for back, first in zip(ours.parameters(), drawn.parameters(), strict=True):
        torch.testing.assert_close(back, first, rtol=1e-4, atol=1e-6)


def test_the_classifier_is_left_alone():
    drawn, ours = network(), network()
    rescale(ours, batch())
    for back, first in zip(ours.layers[-1], drawn.layers[-1], strict=True):
        assert back is first is None or torch.equal(back, first)


@pytest.mark.parametrize("options", [{"normalized": True}, {"wiring": "residual"}, {"activation": "tanh"}])
def test_networks_that_are_not_homogeneous_are_refused(options):
    with pytest.raises(ValueError, match="only plain ReLU networks"):
        rescale(network(**options), batch())
