"""What the laws are about, in random networks and attention; each law yields kind, abscissa, values and prediction."""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pyarrow as pa
import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from rankcollapse.experiments.laws.cells import LawCell
from rankcollapse.storage.frames import rows_by, to_table
from rankcollapse.theory.attention import (
    mean_cosine,
    random_attention,
    self_attention,
    uniform_attention,
    uniform_attention_cosine,
    without_outlier,
)
from rankcollapse.theory.closed_forms import bn_gradient_growth
from rankcollapse.theory.gradients import Chain, Network
from rankcollapse.theory.kernels import cosine_map, relu_pairs_map
from rankcollapse.theory.propagation import propagate
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.spectra import singular_values, stable_rank

Measured = Iterator[tuple[str, int, Tensor, float | None]]

EXPLODING = {  # with the size of the batch
    "linear, full BN": (Network("identity", "full"), 8),
    "linear, scale-only BN": (Network("identity", "scale"), 8),
    "ReLU, full BN": (Network("relu", "full"), 32),
}
SETTLED, FREE = 10, 3  # layers that the state needs from the input, and the gradient from the output
SQUARE = {"orthogonal": Network(weights="orthogonal"), "Gaussian": Network()}
DEPTHS = (5, 10, 20, 50, 100, 200, 500, 1000)
COSINE = 0.9  # of the two inputs of a pair
JACOBIANS = {  # with the size of the batch: without BN samples do not meet
    "linear": (Network("identity", "none"), 1),
    "ReLU": (Network("relu", "none"), 1),
    "tanh": (Network("tanh", "none", "xavier"), 1),
    "ReLU, skip": (Network("relu", "none", gamma=0.3), 1),
    "linear, BN": (Network("identity", "scale"), 4),
    "ReLU, BN": (Network("relu", "full"), 4),
    "linear, BN, skip": (Network("identity", "scale", gamma=1.0), 4),
}


def run(cell: LawCell, *, device: str) -> pa.Table:
    """One row a kind, abscissa and chain."""
    laws = [explosion, vanilla, isometry, orthogonal, attention_alone, skip_connections, spectral_gap, jacobians]
    measured = laws[int(cell.law[1]) - 1](cell, device)
    rows = [rows_by("chain", {"value": v.double()}, case=c, x=x, prediction=p) for c, x, v, p in measured]
    return to_table(cell, [row for each in rows for row in each])


def start(cell: LawCell, device: str, *key: Any, shape: tuple[int, ...]) -> tuple[Tensor, torch.Generator]:
    """Gaussian inputs `(chains, *shape)`, float64, and a generator for what is drawn next."""
    draw = generator("laws", cell.law, *key)
    H = torch.randn(cell.chains, *shape, generator=draw, dtype=torch.float64).to(device)
    return H, torch.Generator(device).manual_seed(draw.initial_seed() + 1)


def iterated(step: Callable[[Tensor], Tensor], first: float, layers: int) -> list[float]:
    """A cosine after each layer at infinite width."""
    found = [torch.tensor(first, dtype=torch.float64)]
    for _ in range(layers):
        found.append(step(found[-1].clamp(-1, 1)))
    return [float(rho) for rho in found[1:]]


def explosion(cell: LawCell, device: str) -> Measured:
    """F1, between the layers where state and gradient are stationary; wide networks by the laws of their products."""
    for case, (network, samples) in EXPLODING.items():
        growth = math.log(bn_gradient_growth(network.activation, network.normalization, samples))
        for width in cell.sizes:
            H, draw = start(cell, device, case, width, shape=(width, samples))
            chain, last = Chain(H, cell.layers, network, draw, thin=True), cell.layers - FREE
            logs = chain.log_gradients(torch.randn(H.shape, generator=draw, dtype=H.dtype, device=device))
            yield case, width, 2 * (logs[SETTLED] - logs[last]) / (last - SETTLED), growth


def vanilla(cell: LawCell, device: str, activation: str = "relu") -> Measured:
    """F2, from two orthogonal inputs; their scale does not matter to ReLU networks without biases."""
    law = iterated(partial(cosine_map, "relu", centred=False), 0.0, cell.layers)
    for width in cell.sizes:
        H, draw = start(cell, device, width, shape=(width, 2))
        kind = {"activation": activation, "normalization": "none", "rescale": True, "thin": True}
        states = propagate(torch.linalg.qr(H).Q, cell.layers, generator=draw, **kind)
        for layer, (state, rho) in enumerate(zip(states, law, strict=True), start=1):
            yield f"width {width}", layer, 1 - cosine_similarity(*state.unbind(-1)), 1 - rho


def isometry(cell: LawCell, device: str, normalization: str = "full") -> Measured:
    """F3, in a batch of independent pairs; the map is that for this batch with ReLU, for a large one with tanh."""
    width = 4 * max(cell.sizes)
    for activation in ("relu", "tanh"):
        for pairs in cell.sizes:
            shared = (1 + COSINE) / (2 * pairs) if activation == "relu" else 0.0  # the inputs' mean, squared
            relu = activation == "relu"
            step = partial(relu_pairs_map, pairs=pairs) if relu else partial(cosine_map, activation, centred=True)
            law = iterated(step, (COSINE - shared) / (1 - shared), cell.layers)
            H, draw = start(cell, device, activation, pairs, shape=(width, 2 * pairs))
            H[..., pairs:] = COSINE * H[..., :pairs] + (1 - COSINE**2) ** 0.5 * H[..., pairs:]
            kind = {"activation": activation, "normalization": normalization}
            states = propagate(H.float(), cell.layers, generator=draw, **kind)
            for layer, (state, rho) in enumerate(zip(states, law, strict=True), start=1):
                partners = (state - state.mean(-1, keepdim=True)).chunk(2, dim=-1)
                yield f"{activation}, {pairs} pairs", layer, cosine_similarity(*partners, dim=1).mean(-1), rho


def orthogonal(cell: LawCell, device: str) -> Measured:
    """F4, in linear networks with scale-only BN and as many samples as units."""
    for (case, network), width in ((kind, width) for kind in SQUARE.items() for width in cell.sizes):
        H, draw = start(cell, device, case, width, shape=(width, width))
        chain = Chain(H, cell.layers, network, draw)
        for depth in (depth for depth in DEPTHS if depth <= cell.layers):
            logs = chain.log_gradients(torch.randn(H.shape, generator=draw, dtype=H.dtype, device=device), depth)
            yield case, depth, (logs[1] - logs[depth]) / math.log(10), 0.0 if case == "orthogonal" else None


def attention_alone(cell: LawCell, device: str) -> Measured:
    """F5, from Gaussian tokens of dimension 64."""
    for tokens in cell.sizes:
        X, draw = start(cell, device, tokens, shape=(64, tokens))
        for layer, (common, apart) in enumerate(self_attention(X, cell.layers, generator=draw), start=1):
            largest = apart.abs().amax((1, 2), keepdim=True)  # no square underflows
            distance = largest.flatten().log10() + torch.linalg.matrix_norm(apart / largest).log10()
            yield f"{tokens} tokens", layer, distance - torch.linalg.matrix_norm(common + apart).log10(), None


def skip_connections(cell: LawCell, device: str) -> Measured:
    """F6, from orthogonal tokens of dimension 2048."""
    for case, strength in {"scaled by 1 / √L": cell.layers**-0.5, "not scaled": 1.0}.items():
        for tokens in cell.sizes:
            X, draw = start(cell, device, case, tokens, shape=(2048, tokens))
            for state in uniform_attention(torch.linalg.qr(X).Q, cell.layers, strength=strength, generator=draw):
                X = state
            yield case, tokens, mean_cosine(X), uniform_attention_cosine(tokens, cell.layers, strength)


def spectral_gap(cell: LawCell, device: str) -> Measured:
    """F7, for scores of two standard deviations."""
    for spread in (0.5, 1.0):
        variance = math.expm1(spread**2)  # of an entry over its mean
        for tokens in cell.sizes:
            draw = generator("laws", cell.law, spread, tokens)
            A = random_attention(cell.chains, tokens, spread, generator=draw).to(device)
            λ = singular_values(A).square()
            bulk = stable_rank(without_outlier(A)) / tokens
            for quantity, value, law in (
                ("second singular value, times √T", (λ[:, 1] * tokens).sqrt(), 2 * variance**0.5),
                ("stable rank of A", λ.sum(1) / λ[:, 0], 1 + variance),
                ("stable rank of covariance", λ.square().sum(1) / λ[:, 0] ** 2, 1.0),
                ("stable rank without outlier, over T", bulk, 0.25),
            ):
                yield f"{quantity}, spread {spread}", tokens, value, law


def jacobians(cell: LawCell, device: str) -> Measured:
    """F8, from Gaussian inputs."""
    for (case, (network, samples)), width in ((kind, width) for kind in JACOBIANS.items() for width in cell.sizes):
        H, draw = start(cell, device, case, width, shape=(width, samples))
        for layer, ranks in enumerate(Chain(H, cell.layers, network, draw).jacobian_ranks(), start=1):
            yield case, layer, ranks, None
