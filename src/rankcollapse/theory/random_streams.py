"""Explicit random generators, one for each purpose; nothing in this project draws from a global one."""

import hashlib
import json

import torch


def generator(*key: str | int | float) -> torch.Generator:
    """CPU generator seeded from a key, e.g. `(experiment, variant, depth, seed)`.

    Draws are made on the CPU and then moved, so that a seed means the same numbers on every device. Torch's CPU
    generator takes 32 bits of a seed: that two of a thousand keys share a stream has a chance of one in ten thousand.
    """
    digest = hashlib.sha256(json.dumps(key).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little", signed=True))
