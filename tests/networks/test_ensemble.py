"""Members of an ensemble are selected, joined and split."""

import pytest
import torch
from support import convolutions
from support.networks import batch, ensemble

from rankcollapse.networks.ensemble import Ensemble
from rankcollapse.networks.mlp import join


def test_selected_and_joined_members_are_copies():
    one, other = ensemble(True, [0, 1]), ensemble(True, [2])
    joined = join([one, other]).select([2, 0, 2])
    X = batch()[:3]
    expected = torch.cat([ensemble(True, [member]).logits(X[n : n + 1]) for n, member in enumerate([2, 0, 2])])
    assert torch.equal(joined.logits(X), expected)
    joined.layers[0].weight.zero_()
    assert other.layers[0].weight.abs().min() > 0


def test_parts_share_the_memory_of_the_whole():
    network = ensemble(False)
    parts = network.parts(3)
    assert [group for group, _ in parts] == [slice(0, 3), slice(3, 6)]
    assert torch.equal(torch.cat([part.logits(batch()[group]) for group, part in parts]), network.logits(batch()))
    with torch.no_grad():
        parts[1][1].layers[0].weight.zero_()
    assert network.layers[0].weight[3].abs().max() == 0


def test_a_network_that_defines_nothing_cannot_be_created():
    class Nothing(Ensemble):
        pass

    with pytest.raises(TypeError, match="abstract methods"):
        Nothing()


KINDS = {"mlp": lambda: ensemble(True), "convolutional": convolutions.network}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_network_has_all_that_the_trainer_asks_of_it(kind):
    network = KINDS[kind]()
    assert network.at_once >= 1
    assert all(len(parameter) == network.members for parameter in network.parameters())
    assert len(network.parameters(network.depth)) < len(network.parameters())  # without the classifier's
    for hidden in (1, network.depth):
        weights, below = network.weights(hidden), network.parameters(hidden)
        assert 0 < len(weights) < len(below)
        assert all(any(weight is parameter for parameter in below) for weight in weights)
