"""Rank of a small batch in wide random networks with BN, drawn by the thin-QR law."""

import pyarrow as pa
import torch
from torch import Tensor

from rankcollapse.experiments.fixed_batch.cells import ChainCell
from rankcollapse.storage.frames import rows_by, to_table
from rankcollapse.theory.propagation import propagate
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.spectra import measures


def run(cell: ChainCell, *, device: str) -> pa.Table:
    """Rank and orthogonality of a batch at every second layer, Gaussian input and weights, float32.

    Returns:
        One row a width, chain and second layer.
    """
    rows = []
    for width in cell.widths:
        draw = generator("wide", cell.activation, width, cell.samples)
        H = torch.randn(cell.chains, width, cell.samples, generator=draw).to(device)
        states = propagate(
            H,
            cell.layers,
            generator=torch.Generator(device).manual_seed(draw.initial_seed() + 1),
            activation=cell.activation,
            normalization="scale" if cell.activation == "identity" else "full",
            thin=True,
        )
        for layer, state in enumerate(states, start=1):
            if layer % 2 == 0:
                rows += rows_by("chain", _measure(state, cell.tau), width=width, layer=layer)
    return to_table(cell, rows)


def _measure(state: Tensor, tau: float) -> dict[str, Tensor]:
    """The measures of a state `(chains, d, N)`, each `(chains,)`."""
    gram = state.mT @ state
    gram = gram.double() / gram.diagonal(dim1=1, dim2=2).sum(-1)[:, None, None]
    identity = torch.eye(len(gram[0]), dtype=gram.dtype, device=gram.device) / len(gram[0])
    # the transpose of R has the batch's Gram matrix, so "d" is N for the measures: M scaled to Tr M = N
    found = measures(torch.linalg.qr(state, mode="r").R.mT, [tau])
    return {
        "participation_ratio": found["participation_ratio", None],
        "soft_rank": found["soft_rank", tau],
        "orthogonality_gap": torch.linalg.matrix_norm(gram - identity),
    }
