"""Rank measures of linear BN networks along their depth (Figure 3a), and the moments that the bounds need."""

import pyarrow as pa
import torch

from rankcollapse.experiments.stationary_rank.cells import ChainCell
from rankcollapse.storage.frames import to_table
from rankcollapse.theory.closed_forms import moments
from rankcollapse.theory.propagation import propagate
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.spectra import count_above_rounding, measures, singular_values


def run(cell: ChainCell, *, device: str) -> pa.Table:
    """Chains `H⁺ = BN(H + γ W H)` from `M = I`, Gaussian weights, scale-only BN, float64.

    A skip connection slows a chain down by γ²: at `γ < 1` it first runs `50 √d` layers of `BN(W H)`, whose stationary
    state is close to its own. This shortens the burn-in of `r` and of the moments; numerical ranks forget their start
    too slowly for that, and are only of use at `γ >= 1`.

    Returns:
        One row a chain, measured layer and measure.
    """
    gamma, width = float(cell.gamma), cell.width
    seed = generator("width", str(cell.gamma), width).initial_seed()
    H = width**0.5 * torch.eye(width, dtype=torch.float64, device=device).repeat(cell.chains, 1, 1)
    draw = torch.Generator(device).manual_seed(seed)
    if gamma < 1:
        *_, H = propagate(H, round(50 * width**0.5), generator=draw)
    stride = max(1, cell.layers // cell.measurements)
    rows = []
    for layer, state in enumerate(propagate(H, cell.layers, generator=draw, gamma=gamma), start=1):
        if layer % stride:
            continue
        M = state @ state.mT / width
        sigma = singular_values(M)
        measured = measures(state, cell.taus) | {
            ("matrix_rank", None): count_above_rounding(sigma, M.shape, M.dtype),
            ("above_1e-9", None): (sigma > 1e-9).sum(-1),
            **{(name, None): value for name, value in moments(M).items()},
        }
        rows += [
            {"gamma": str(cell.gamma), "chain": chain, "layer": layer, "measure": measure, "tau": tau, "value": value}
            for (measure, tau), values in measured.items()
            for chain, value in enumerate(values.double().tolist())
        ]
    return to_table(cell, rows)
