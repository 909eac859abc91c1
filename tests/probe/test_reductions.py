"""Reductions against their definitions, entry by entry."""

import pytest
import torch
from torch import nn

from rankcollapse.errors import UserError
from rankcollapse.probe.reductions import check, default, holds_sequences, reduced

IMAGES = torch.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)  # (N, C, height, width)
SEQUENCES = torch.arange(2 * 7 * 3.0).reshape(2, 7, 3)  # (N, T, C)


def test_reductions_of_images():
    assert torch.equal(reduced(IMAGES, "flatten", True)[1], IMAGES[1].flatten())
    assert torch.equal(reduced(IMAGES, "pool", True), IMAGES.mean((2, 3)))
    positions = reduced(IMAGES, "positions", True)
    assert positions.shape == (2 * 20, 3)
    assert torch.equal(positions[20 + 5 * 2 + 3], IMAGES[1, :, 2, 3])
    channels = reduced(IMAGES, "channels", True)
    assert channels.shape == (2 * 3, 20)
    assert torch.equal(channels[3 + 2], IMAGES[1, 2].flatten())


def test_reductions_of_sequences_and_signals():
    assert torch.equal(reduced(SEQUENCES, "positions", True)[7 + 4], SEQUENCES[1, 4])
    assert torch.equal(reduced(SEQUENCES, "pool", True), SEQUENCES.mean(1))
    assert torch.equal(reduced(SEQUENCES, "channels", True)[3 + 2], SEQUENCES[1, :, 2])
    signals = SEQUENCES.transpose(1, 2)  # (N, C, T)
    for name in ("positions", "pool", "channels"):
        assert torch.equal(reduced(signals, name, False), reduced(SEQUENCES, name, True))


def test_half_precision_is_averaged_in_single():
    x = torch.full((2, 4, 100), 1000.0, dtype=torch.float16)
    assert torch.equal(reduced(x, "pool", False), torch.full((2, 4), 1000.0))


def test_matrices_and_vectors_have_one_reduction():
    x = torch.randn(4, 6)
    for name in ("flatten", "pool", "positions", "channels"):
        assert torch.equal(reduced(x, name, True), x)
        assert reduced(x[:, 0], name, True).shape == (4, 1)


def test_the_default_is_positions_for_sequences_only():
    assert default(SEQUENCES, True) == "positions"
    assert default(SEQUENCES, False) == "flatten"
    assert default(IMAGES, True) == "flatten"
    assert holds_sequences(nn.Linear(3, 3))
    assert not holds_sequences(nn.Sequential(nn.Conv1d(1, 1, 1), nn.ReLU()))
    assert holds_sequences(nn.Sequential(nn.Conv1d(1, 1, 1), nn.LayerNorm(3)))


def test_a_word_that_is_no_reduction():
    with pytest.raises(UserError, match="flatten, pool, positions, channels; got 'mean'"):
        check("mean")
