"""Lyapunov exponents of linear networks without BN, measured and exact."""

import pyarrow as pa

from rankcollapse.frames import to_table
from rankcollapse.lyapunov import lyapunov_spectrum
from rankcollapse.parameters import Chains, Count, Width
from rankcollapse.theory import gaussian_lyapunov_exponents

COLUMNS = {
    "width": "units of every layer, and samples in the batch",
    "layers": "depth over which growth is averaged",
    "chain": "number of the random network",
    "index": "number of the exponent, the largest is 1",
    "exponent": "measured exponent, nats a layer",
    "exact": "Newman's exponent, nats a layer",
}


def run(*, width: Width, layers: Count, chains: Chains, device: str) -> pa.Table:
    """Lyapunov spectra of products of Gaussian matrices of unit variance, chain by chain, beside Newman's exponents.

    Args:
        width: `d = N`.
        layers: depth.
        chains: independent networks.
        device: torch device.

    Returns:
        One row a chain and exponent, see `COLUMNS`.
    """
    measured = lyapunov_spectrum(
        width, layers=layers, normalization="none", chains=chains, device=device
    ).chains.tolist()
    exact = gaussian_lyapunov_exponents(width).tolist()
    rows = [
        {
            "width": width,
            "layers": layers,
            "chain": chain,
            "index": index,
            "exponent": exponent,
            "exact": exact[index - 1],
        }
        for chain, exponents in enumerate(measured)
        for index, exponent in enumerate(exponents, start=1)
    ]
    return to_table(rows, COLUMNS)
