"""Leading Lyapunov exponents of linear BN networks."""

import math

import pyarrow as pa

from rankcollapse.experiments.surviving_directions.cells import SpectrumCell
from rankcollapse.storage.frames import to_table
from rankcollapse.theory.closed_forms import surviving_rank
from rankcollapse.theory.lyapunov import lyapunov_spectrum


def run(cell: SpectrumCell, *, device: str) -> pa.Table:
    """The leading exponents, chain by chain; of the `d` exponents twice as many as are expected to be neutral.

    A skip connection slows the network's time down by γ² when γ is small, so the burn-in is half of the depth.

    Returns:
        One row a chain and exponent.
    """
    spectrum = lyapunov_spectrum(
        cell.width,
        layers=cell.layers,
        normalization=cell.normalization,
        gamma=float(cell.gamma),
        weights=cell.weights,
        chains=cell.chains,
        batch=min(cell.width, math.ceil(2 * surviving_rank(cell.width))),
        burn_in=cell.layers // 2,
        device=device,
    )
    rows = [
        {"gamma": str(cell.gamma), "chain": chain, "index": index, "exponent": exponent}
        for chain, exponents in enumerate(spectrum.chains.tolist())
        for index, exponent in enumerate(exponents, start=1)
    ]
    return to_table(cell, rows)
