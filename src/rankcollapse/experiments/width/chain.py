"""Rank measures of linear BN networks along their depth (Figure 3a), and the moments that the bounds need."""

import pyarrow as pa
import torch

from rankcollapse.frames import to_table
from rankcollapse.parameters import Chains, Count, Gamma, Taus, Width
from rankcollapse.propagation import propagate
from rankcollapse.seeding import generator
from rankcollapse.spectra import count_above_rounding, measures, singular_values
from rankcollapse.theory import moments

COLUMNS = {
    "gamma": "strength of the layer beside its skip connection, inf for none",
    "width": "units of every layer, and samples in the batch",
    "chain": "number of the random network",
    "layer": "layers above the start",
    "measure": "what was measured, on M scaled to Tr M = d: participation_ratio; stable_rank; soft_rank (with tau); "
    "numerical_rank of H; matrix_rank of M (numpy's rule) and above_1e-9, singular values of M above 1e-9 (the release "
    "plots the mean of these two); F = ‖M‖_F²; cubic = Tr M³; squared_rows = Σ (M²)_ii²",
    "tau": "threshold of the soft rank; missing for other measures",
    "value": "the measured value",
}


def run(
    *,
    gamma: Gamma,
    width: Width,
    layers: Count,
    chains: Chains,
    measurements: Count,
    taus: Taus,
    device: str,
) -> pa.Table:
    """Chains `H⁺ = BN(H + γ W H)` from `M = I`, Gaussian weights, scale-only BN, float64.

    A skip connection slows a chain down by γ²: at `γ < 1` it first runs `50 √d` layers of `BN(W H)`, whose stationary
    state is close to its own. This shortens the burn-in of `r` and of the moments; numerical ranks forget their start
    too slowly for that, and are only of use at `γ >= 1`.

    Args:
        gamma: `γ`, or "inf" for `BN(W H)`.
        width: `d = N`.
        layers: depth.
        chains: independent networks.
        measurements: times at which each is measured.
        taus: thresholds of the soft rank.
        device: torch device.

    Returns:
        One row a chain, measured layer and measure, see `COLUMNS`.
    """
    seed = generator("width", str(gamma), width).initial_seed()
    H = width**0.5 * torch.eye(width, dtype=torch.float64, device=device).repeat(chains, 1, 1)
    draw = torch.Generator(device).manual_seed(seed)
    if float(gamma) < 1:
        *_, H = propagate(H, round(50 * width**0.5), generator=draw)
    states = propagate(H, layers, generator=draw, gamma=float(gamma))
    stride = max(1, layers // measurements)
    rows = []
    for layer, state in enumerate(states, start=1):
        if layer % stride:
            continue
        M = state @ state.mT / width
        sigma = singular_values(M)
        measured = measures(state, taus) | {
            ("matrix_rank", None): count_above_rounding(sigma, M.shape, M.dtype),
            ("above_1e-9", None): (sigma > 1e-9).sum(-1),
            **{(name, None): value for name, value in moments(M).items()},
        }
        rows += [
            {
                "gamma": str(gamma),
                "width": width,
                "chain": chain,
                "layer": layer,
                "measure": measure,
                "tau": tau,
                "value": value,
            }
            for (measure, tau), values in measured.items()
            for chain, value in enumerate(values.double().tolist())
        ]
    return to_table(rows, COLUMNS)
