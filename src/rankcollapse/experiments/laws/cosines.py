"""Cosines of two inputs in random networks: F2 and F3."""

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import pyarrow as pa
import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from rankcollapse.experiments.laws.cells import CosineCell
from rankcollapse.storage.frames import rows_by, to_table
from rankcollapse.theory.kernels import cosine_map, relu_pairs_map
from rankcollapse.theory.propagation import propagate
from rankcollapse.theory.random_streams import generator

ACTIVATIONS = {"ReLU": "relu", "tanh": "tanh"}  # of F3


def run(cell: CosineCell, *, device: str) -> pa.Table:
    """The rows of one law, for all kinds of networks, layers and chains."""
    rows = {"F2": vanilla, "F3": normalized}[cell.law](cell, device)
    return to_table(cell, rows)


def _iterated(step: Callable[[Tensor], Tensor], start: float, layers: int) -> list[float]:
    """The cosine after each layer at infinite width."""
    found = [torch.tensor(start, dtype=torch.float64)]
    for _ in range(layers):
        found.append(step(found[-1].clamp(-1, 1)))
    return [float(rho) for rho in found[1:]]


def _of_pairs(activation: str, cosine: float, pairs: int, layers: int) -> list[float]:
    """The cosine of F3 after each layer: of ReLU networks for this batch, of others for a large one."""
    if activation != "relu":
        return _iterated(partial(cosine_map, activation, centred=True), cosine, layers)
    mean = (1 + cosine) / (2 * pairs)  # the inputs' mean over the batch, squared
    return _iterated(partial(relu_pairs_map, pairs=pairs), (cosine - mean) / (1 - mean), layers)


def vanilla(cell: CosineCell, device: str, activation: str = "relu") -> list[dict[str, Any]]:
    """F2: from two orthogonal inputs; the weights' scale does not matter to ReLU networks without biases."""
    predicted, rows = _iterated(partial(cosine_map, "relu", centred=False), 0.0, cell.layers), []
    for width in cell.widths:
        draw = generator("laws", "F2", width)
        H = torch.randn(cell.chains, width, 2, generator=draw, dtype=torch.float64).to(device)
        H = torch.linalg.qr(H).Q * width**0.5
        draw = torch.Generator(device).manual_seed(draw.initial_seed() + 1)
        shape = {"activation": activation, "normalization": "none", "rescale": True, "thin": True}
        for layer, state in enumerate(propagate(H, cell.layers, generator=draw, **shape), start=1):
            value = cosine_similarity(state[..., 0], state[..., 1], dim=-1)
            case = f"width {width}"
            rows += rows_by("chain", {"value": value}, case=case, x=layer, prediction=predicted[layer - 1])
    return rows


def pair_cosines(state: Tensor) -> Tensor:
    """Mean cosine within pairs of states less their mean over the batch; partners are half a batch apart."""
    first, second = (state - state.mean(-1, keepdim=True)).chunk(2, dim=-1)
    return cosine_similarity(first, second, dim=1).mean(-1)


def normalized(cell: CosineCell, device: str, normalization: str = "full") -> list[dict[str, Any]]:
    """F3: a batch of pairs of inputs, all pairs independent, through layers of `φ(BN(W H))`."""
    rows = []
    for (name, activation), pairs in itertools.product(ACTIVATIONS.items(), cell.bn_pairs):
        predicted = _of_pairs(activation, cell.cosine, pairs, cell.bn_layers)
        draw = generator("laws", "F3", activation, cell.bn_width, pairs)
        first, other = torch.randn(2, cell.bn_chains, cell.bn_width, pairs, generator=draw).to(device)
        H = torch.cat([first, cell.cosine * first + (1 - cell.cosine**2) ** 0.5 * other], dim=-1)
        draw = torch.Generator(device).manual_seed(draw.initial_seed() + 1)
        shape = {"activation": activation, "normalization": normalization}
        for layer, state in enumerate(propagate(H, cell.bn_layers, generator=draw, **shape), start=1):
            value = {"value": pair_cosines(state.double())}
            rows += rows_by("chain", value, case=f"{name}, {pairs} pairs", x=layer, prediction=predicted[layer - 1])
    return rows
