"""Leading Lyapunov exponents of linear BN networks."""

import math
from typing import Literal

import pyarrow as pa

from rankcollapse.frames import to_table
from rankcollapse.lyapunov import lyapunov_spectrum
from rankcollapse.parameters import Chains, Count, Gamma, WeightLaw, Width
from rankcollapse.theory import sharp_rank

COLUMNS = {
    "gamma": "strength of the layer beside its skip connection, inf for none",
    "weights": "law of the weights",
    "normalization": "scale (scale-only BN) or full (centred as well)",
    "width": "units of every layer",
    "layers": "depth over which growth is averaged",
    "chain": "number of the random network",
    "index": "number of the exponent, the largest is 1",
    "exponent": "Lyapunov exponent, nats a layer",
}


def run(
    *,
    gamma: Gamma,
    weights: WeightLaw,
    normalization: Literal["scale", "full"],
    width: Width,
    layers: Count,
    chains: Chains,
    device: str,
) -> pa.Table:
    """The leading exponents, chain by chain; of the `d` exponents twice as many as are expected to be neutral.

    A skip connection slows the network's time down by γ² when γ is small, so the burn-in is half of the depth.

    Args:
        gamma: `γ`, or "inf" for `BN(W H)`.
        weights: law of the weights.
        normalization: "scale" or "full".
        width: `d`.
        layers: depth over which growth is averaged.
        chains: independent networks.
        device: torch device.

    Returns:
        One row a chain and exponent, see `COLUMNS`.
    """
    spectrum = lyapunov_spectrum(
        width,
        layers=layers,
        normalization=normalization,
        gamma=float(gamma),
        weights=weights,
        chains=chains,
        batch=min(width, math.ceil(2 * sharp_rank(width))),
        burn_in=layers // 2,
        device=device,
    )
    rows = [
        {
            "gamma": str(gamma),
            "weights": weights,
            "normalization": normalization,
            "width": width,
            "layers": layers,
            "chain": chain,
            "index": index,
            "exponent": exponent,
        }
        for chain, exponents in enumerate(spectrum.chains.tolist())
        for index, exponent in enumerate(exponents, start=1)
    ]
    return to_table(rows, COLUMNS)
