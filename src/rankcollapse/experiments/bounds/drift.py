"""The drift identity by Monte Carlo (theory 3)."""

import pyarrow as pa
import torch

from rankcollapse.frames import to_table
from rankcollapse.normalization import normalize
from rankcollapse.parameters import Chains, Width
from rankcollapse.seeding import generator
from rankcollapse.theory import second_moment_drift

COLUMNS = {
    "width": "units of every layer, and samples in the batch",
    "gamma": "strength of the layer beside its skip connection",
    "state": "number of the state M",
    "identity": "2d² - 2F - 8 Tr M³ + 8 Σ (M²)_ii²",
    "measured": "mean of (F⁺ - F)/γ² over draws of the weights",
    "standard_error": "of measured",
    "draws": "antithetic pairs of weights",
}


def second_moments(H: torch.Tensor) -> torch.Tensor:
    """`M` of states `(..., d, N)` with normalized rows."""
    H = normalize(H, "scale")
    return H @ H.mT / H.shape[-1]


def run(*, width: Width, gamma: float, states: Chains, draws: Chains, device: str) -> pa.Table:
    """Mean change of `F = ‖M‖_F²` in one layer `BN(H + γ W H)`, against the identity, at several states; float64.

    Weights are drawn in pairs `W, -W`: the terms of odd order in γ, which have mean zero, cancel exactly.

    Args:
        width: `d = N`.
        gamma: `γ`.
        states: the k-th state is Gaussian with column scales falling as `exp(-c_k j)`, `c_k` from 0 to 3.
        draws: pairs of weights at each state.
        device: torch device.

    Returns:
        One row a state, see `COLUMNS`.
    """
    rows = []
    for state in range(states):
        draw = generator("bounds.drift", width, state)
        decay = torch.exp(-3 * state / (states - 1) * torch.arange(width, dtype=torch.float64) / 4)
        H = torch.randn(width, width, generator=draw, dtype=torch.float64) * decay
        H = normalize(H, "scale").to(device)
        F = (H @ H.mT / width).square().sum()
        changes = []
        for batch in torch.arange(draws).split(max(1, 2_000_000 // width**2)):
            W = torch.randn(len(batch), width, width, generator=draw, dtype=torch.float64).to(device)
            pair = [second_moments(H + sign * gamma * W @ H).square().sum((-2, -1)) for sign in (1, -1)]
            changes.append((sum(pair) / 2 - F) / gamma**2)
        change = torch.cat(changes)
        rows.append(
            {
                "width": width,
                "gamma": gamma,
                "state": state,
                "identity": second_moment_drift(H @ H.mT / width).item(),
                "measured": change.mean().item(),
                "standard_error": (change.std() / draws**0.5).item(),
                "draws": draws,
            }
        )
    return to_table(rows, COLUMNS)
