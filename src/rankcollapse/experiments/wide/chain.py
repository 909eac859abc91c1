"""Rank of a small batch in wide random networks with BN, drawn by the thin-QR law."""

from typing import Literal

import pyarrow as pa
import torch

from rankcollapse.frames import to_table
from rankcollapse.parameters import Chains, Count, Tau, Width, Widths
from rankcollapse.propagation import propagate
from rankcollapse.seeding import generator
from rankcollapse.spectra import measures

COLUMNS = {
    "activation": "identity (scale-only BN) or relu (full BN)",
    "width": "units of every layer",
    "samples": "samples in the batch",
    "chain": "number of the random network",
    "layer": "layers above the input",
    "participation_ratio": "(Tr M)² / ‖M‖_F²",
    "tau": "threshold of the soft rank",
    "soft_rank": "eigenvalues of the Gram matrix of the batch that are at least tau, their mean scaled to one",
    "orthogonality_gap": "‖G/Tr G - I/N‖_F for the Gram matrix G = HᵀH of the batch",
}


def run(
    *,
    activation: Literal["identity", "relu"],
    samples: Width,
    widths: Widths,
    layers: Count,
    chains: Chains,
    tau: Tau,
    device: str,
) -> pa.Table:
    """Rank and orthogonality of a batch at every second layer, Gaussian input and weights, float32.

    Args:
        activation: "identity" with scale-only BN (the theory), or "relu" with full BN.
        samples: `N`.
        widths: `d`, one after the other.
        layers: depth.
        chains: independent networks.
        tau: threshold of the soft rank.
        device: torch device.

    Returns:
        One row a width, chain and second layer, see `COLUMNS`.
    """
    rows = []
    for width in widths:
        draw = generator("wide", activation, width, samples)
        H = torch.randn(chains, width, samples, generator=draw).to(device)
        states = propagate(
            H,
            layers,
            generator=torch.Generator(device).manual_seed(draw.initial_seed() + 1),
            activation=activation,
            normalization="scale" if activation == "identity" else "full",
            thin=True,
        )
        for layer, state in enumerate(states, start=1):
            if layer % 2:
                continue
            gram = state.mT @ state
            gram = gram.double() / gram.diagonal(dim1=1, dim2=2).sum(-1)[:, None, None]
            identity = torch.eye(samples, dtype=gram.dtype, device=gram.device) / samples
            # the transpose of R has the batch's Gram matrix, so "d" is N for the measures: M scaled to Tr M = N
            factor = torch.linalg.qr(state, mode="r").R.mT
            found = measures(factor, [tau])
            measured = zip(
                found["participation_ratio", None].tolist(),
                found["soft_rank", tau].tolist(),
                torch.linalg.matrix_norm(gram - identity).tolist(),
                strict=True,
            )
            rows += [
                {
                    "activation": activation,
                    "width": width,
                    "samples": samples,
                    "chain": chain,
                    "layer": layer,
                    "participation_ratio": ratio,
                    "tau": tau,
                    "soft_rank": soft,
                    "orthogonality_gap": gap,
                }
                for chain, (ratio, soft, gap) in enumerate(measured)
            ]
    return to_table(rows, COLUMNS)
