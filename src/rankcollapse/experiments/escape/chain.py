"""The largest eigenvalues of `M` on the way out of a rank-one state (Figure 3b)."""

import pyarrow as pa
import torch

from rankcollapse.experiments.escape.cells import ChainCell
from rankcollapse.storage.frames import to_table
from rankcollapse.theory.normalization import normalize
from rankcollapse.theory.propagation import propagate
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.spectra import singular_values

EIGENVALUES = 10


def run(cell: ChainCell, *, device: str) -> pa.Table:
    """Ten largest eigenvalues of `M` at every layer, from a rank-one state plus noise; float64, scale-only BN.

    Returns:
        One row a chain, layer (0 is the start) and eigenvalue.
    """
    width = cell.width
    draw = generator("escape", cell.gamma, width, cell.noise)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(cell.chains, *shape, generator=draw, dtype=torch.float64)

    H = normal(width, 1).sign() @ normal(1, width) + cell.noise * normal(width, width)  # rows of equal length
    H = normalize(H, "scale").to(device)
    draw = torch.Generator(device).manual_seed(draw.initial_seed())
    states = propagate(H, cell.layers, generator=draw, gamma=float(cell.gamma))
    rows = []
    for layer, state in enumerate([H, *(state.clone() for state in states)]):
        eigenvalues = singular_values(state)[:, :EIGENVALUES].square() / width
        rows += [
            {"gamma": str(cell.gamma), "chain": chain, "layer": layer, "index": index, "eigenvalue": value}
            for chain, values in enumerate(eigenvalues.tolist())
            for index, value in enumerate(values, start=1)
        ]
    return to_table(cell, rows)
