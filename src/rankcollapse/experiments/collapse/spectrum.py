"""Lyapunov exponents of linear networks without BN, measured and exact."""

import pyarrow as pa

from rankcollapse.experiments.collapse.cells import SpectrumCell
from rankcollapse.storage.frames import to_table
from rankcollapse.theory.closed_forms import gaussian_lyapunov_exponents
from rankcollapse.theory.lyapunov import lyapunov_spectrum


def run(cell: SpectrumCell, *, device: str) -> pa.Table:
    """Lyapunov spectra of products of Gaussian matrices of unit variance, chain by chain, beside Newman's exponents.

    Returns:
        One row a chain and exponent.
    """
    measured = lyapunov_spectrum(
        cell.width, layers=cell.layers, normalization="none", chains=cell.chains, device=device
    ).chains.tolist()
    exact = gaussian_lyapunov_exponents(cell.width).tolist()
    rows = [
        {"chain": chain, "index": index, "exponent": exponent, "exact": exact[index - 1]}
        for chain, exponents in enumerate(measured)
        for index, exponent in enumerate(exponents, start=1)
    ]
    return to_table(cell, rows)
