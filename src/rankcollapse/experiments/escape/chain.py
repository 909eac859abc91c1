"""The largest eigenvalues of `M` on the way out of a rank-one state (Figure 3b)."""

import pyarrow as pa
import torch

from rankcollapse.frames import to_table
from rankcollapse.normalization import normalize
from rankcollapse.parameters import Chains, Count, Gamma, Noise, Width
from rankcollapse.propagation import propagate
from rankcollapse.seeding import generator
from rankcollapse.spectra import singular_values

EIGENVALUES = 10
COLUMNS = {
    "width": "units of every layer, and samples in the batch",
    "gamma": "strength of the layer beside its skip connection",
    "chain": "number of the random network",
    "layer": "layers above the start",
    "index": "number of the eigenvalue of M, the largest is 1",
    "eigenvalue": "eigenvalue of M, Tr M = d",
}


def run(*, gamma: Gamma, width: Width, layers: Count, noise: Noise, chains: Chains, device: str) -> pa.Table:
    """Ten largest eigenvalues of `M` at every layer, from a rank-one state plus noise; float64, scale-only BN.

    Args:
        gamma: strength `γ` of the layer beside its skip connection.
        width: `d = N`.
        layers: depth.
        noise: standard deviation of the Gaussian noise on a state whose entries are of order one.
        chains: independent networks.
        device: torch device.

    Returns:
        One row a chain, layer (0 is the start) and eigenvalue, see `COLUMNS`.
    """
    draw = generator("escape", gamma, width, noise)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(chains, *shape, generator=draw, dtype=torch.float64)

    H = normal(width, 1).sign() @ normal(1, width) + noise * normal(width, width)  # rows of equal length
    H = normalize(H, "scale").to(device)
    states = propagate(
        H, layers, generator=torch.Generator(device).manual_seed(draw.initial_seed()), gamma=float(gamma)
    )
    rows = []
    for layer, state in enumerate([H, *(state.clone() for state in states)]):
        eigenvalues = singular_values(state)[:, :EIGENVALUES].square() / width
        rows += [
            {
                "width": width,
                "gamma": str(gamma),
                "chain": chain,
                "layer": layer,
                "index": index,
                "eigenvalue": value,
            }
            for chain, values in enumerate(eigenvalues.tolist())
            for index, value in enumerate(values, start=1)
        ]
    return to_table(rows, COLUMNS)
