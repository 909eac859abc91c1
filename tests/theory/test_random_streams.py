"""Generators of random numbers are told apart by their keys."""

import hashlib

import torch

from rankcollapse.theory.random_streams import generator


def test_generators_are_told_apart_by_any_part_of_their_key():
    keys = [("a", 1), ("a", 2), ("b", 1), ("a", 1, 0), ("a", "1")]
    draws = {torch.rand(1, generator=generator(*key)).item() for key in keys}
    assert len(draws) == len(keys)
    assert torch.rand(1, generator=generator("a", 1)) == torch.rand(1, generator=generator("a", 1))


def test_the_seed_is_the_hash_of_the_key():
    """Written out anew: another seed would change every result."""
    digest = hashlib.sha256(b'["depth.rank", "bn", 3, 0.5]').digest()
    number = sum(byte << 8 * place for place, byte in enumerate(digest[:8]))
    expected = torch.Generator().manual_seed(number - (number >> 63 << 64))
    assert torch.equal(
        torch.rand(5, generator=generator("depth.rank", "bn", 3, 0.5)), torch.rand(5, generator=expected)
    )
