"""The drift identity of the squared Frobenius norm of M by Monte Carlo."""

import pyarrow as pa
import torch
from torch import Tensor

from rankcollapse.experiments.bounds.cells import DriftCell
from rankcollapse.storage.frames import to_table
from rankcollapse.theory.closed_forms import second_moment_drift
from rankcollapse.theory.normalization import normalize
from rankcollapse.theory.random_streams import generator


def second_moments(H: Tensor) -> Tensor:
    """`M` of states `(..., d, N)` with normalized rows."""
    H = normalize(H, "scale")
    return H @ H.mT / H.shape[-1]


def run(cell: DriftCell, *, device: str) -> pa.Table:
    """Mean change of `F = ‖M‖_F²` in one layer `BN(H + γ W H)`, against the identity, at several states; float64.

    The k-th state is Gaussian with column scales falling as `exp(-c_k j)`, `c_k` from 0 to 3/4. Weights are drawn in
    pairs `W, -W`: the terms of odd order in γ, which have mean zero, cancel exactly.

    Returns:
        One row a state.
    """
    width, gamma = cell.width, cell.gamma
    rows = []
    for state in range(cell.states):
        draw = generator("bounds.drift", width, state)
        decay = torch.exp(-3 * state / (cell.states - 1) * torch.arange(width, dtype=torch.float64) / 4)
        H = torch.randn(width, width, generator=draw, dtype=torch.float64) * decay
        H = normalize(H, "scale").to(device)
        F = (H @ H.mT / width).square().sum()
        changes = []
        for batch in torch.arange(cell.draws).split(max(1, 2_000_000 // width**2)):
            W = torch.randn(len(batch), width, width, generator=draw, dtype=torch.float64).to(device)
            pair = [second_moments(H + sign * gamma * W @ H).square().sum((-2, -1)) for sign in (1, -1)]
            changes.append((sum(pair) / 2 - F) / gamma**2)
        change = torch.cat(changes)
        measured = {"measured": change.mean().item(), "standard_error": (change.std() / cell.draws**0.5).item()}
        rows.append({"state": state, "identity": second_moment_drift(H @ H.mT / width).item()} | measured)
    return to_table(cell, rows)
