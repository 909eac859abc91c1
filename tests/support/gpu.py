"""Tests that need a CUDA device."""

import pytest
import torch

from rankcollapse.networks.mlp import MLP, Layer


def needs_gpu(test):
    """Mark a test as one for `pytest -m gpu`."""
    return pytest.mark.gpu(pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")(test))


def on(network, device):
    """The same ensemble of MLPs on a device."""
    return MLP([Layer(*(p if p is None else p.to(device) for p in layer)) for layer in network.layers])
