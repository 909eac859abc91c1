"""Rank of very deep random networks (Figure 2)."""

import pyarrow as pa
import torch

from rankcollapse.frames import to_table
from rankcollapse.parameters import Activation, Chains, Count, Variant, Width
from rankcollapse.propagation import propagate
from rankcollapse.seeding import generator
from rankcollapse.spectra import measures

COLUMNS = {
    "activation": "identity, relu or tanh",
    "variant": "bn (full batch normalization) or vanilla (state rescaled to norm one after each layer)",
    "width": "units of every layer, and samples in the batch",
    "chain": "number of the random network",
    "layer": "layers above the input",
    "numerical_rank": "singular values above σ_max·d·eps, float64",
    "participation_ratio": "(Tr M)² / ‖M‖_F²",
}


def run(
    *,
    activation: Activation,
    variant: Variant,
    width: Width,
    layers: Count,
    stride: Count,
    chains: Chains,
    device: str,
) -> pa.Table:
    """Rank of the state against depth, `d = N`, Gaussian input, uniform weights of unit variance, float64.

    Args:
        activation: of every layer.
        variant: "bn" for full batch normalization, "vanilla" for none (the state is rescaled to norm one).
        width: `d = N`.
        layers: depth.
        stride: layers between two measurements.
        chains: independent networks.
        device: torch device.

    Returns:
        One row a chain and measured layer, see `COLUMNS`.
    """
    draw = generator("deep", activation, variant, width)
    H = torch.randn(chains, width, width, generator=draw, dtype=torch.float64).to(device)
    states = propagate(
        H,
        layers,
        generator=torch.Generator(device).manual_seed(draw.initial_seed() + 1),
        activation=activation,
        normalization="full" if variant == "bn" else "none",
        weights="uniform",
        rescale=variant == "vanilla",
    )
    rows = []
    for layer, state in enumerate(states, start=1):
        if layer % stride:
            continue
        found = measures(state)
        ranks, ratios = (found[name, None].tolist() for name in ("numerical_rank", "participation_ratio"))
        rows += [
            {
                "activation": activation,
                "variant": variant,
                "width": width,
                "chain": chain,
                "layer": layer,
                "numerical_rank": rank,
                "participation_ratio": ratio,
            }
            for chain, (rank, ratio) in enumerate(zip(ranks, ratios, strict=True))
        ]
    return to_table(rows, COLUMNS)
