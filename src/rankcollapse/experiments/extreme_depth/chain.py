"""Rank of very deep random networks (Figure 2)."""

import pyarrow as pa
import torch

from rankcollapse.experiments.extreme_depth.cells import ChainCell
from rankcollapse.storage.frames import rows_by, to_table
from rankcollapse.theory.propagation import propagate
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.spectra import measures


def run(cell: ChainCell, *, device: str) -> pa.Table:
    """Rank of the state against depth, `d = N`, Gaussian input, uniform weights of unit variance, float64.

    Returns:
        One row a chain and measured layer.
    """
    draw = generator("deep", cell.activation, cell.variant, cell.width)
    H = torch.randn(cell.chains, cell.width, cell.width, generator=draw, dtype=torch.float64).to(device)
    states = propagate(
        H,
        cell.layers,
        generator=torch.Generator(device).manual_seed(draw.initial_seed() + 1),
        activation=cell.activation,
        normalization="full" if cell.variant == "bn" else "none",
        weights="uniform",
        rescale=cell.variant == "vanilla",
    )
    rows = []
    for layer, state in enumerate(states, start=1):
        if layer % cell.stride == 0:
            found = measures(state)
            ranks = {name: found[name, None] for name in ("numerical_rank", "participation_ratio")}
            rows += rows_by("chain", ranks, layer=layer)
    return to_table(cell, rows)
