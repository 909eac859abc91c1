"""Gradients and Jacobians of random networks: F1, F4 and F8."""

import math
from typing import Any

import pyarrow as pa
import torch

from rankcollapse.experiments.laws.cells import GradientCell
from rankcollapse.storage.frames import rows_by, to_table
from rankcollapse.theory.closed_forms import bn_gradient_growth
from rankcollapse.theory.gradients import Chain, Network
from rankcollapse.theory.random_streams import generator

EXPLODING = {
    "linear, full BN": Network("identity", "full"),
    "linear, scale-only BN": Network("identity", "scale"),
    "ReLU, full BN": Network("relu", "full"),
}
SQUARE = {"orthogonal": Network(weights="orthogonal"), "Gaussian": Network()}
JACOBIANS = {
    "linear": Network("identity", "none"),
    "ReLU": Network("relu", "none"),
    "tanh": Network("tanh", "none", "xavier"),
    "linear, BN": Network("identity", "scale"),
    "ReLU, BN": Network("relu", "full"),
    "ReLU, skip": Network("relu", "none", gamma=0.3),
    "linear, BN, skip": Network("identity", "scale", gamma=1.0),
}
SETTLED, FREE = 10, 3  # layers next to the input that the state, and next to the output that the gradient, need


def run(cell: GradientCell, *, device: str) -> pa.Table:
    """The rows of one law, for all kinds of networks and chains."""
    rows = {"F1": explosion, "F4": square, "F8": jacobians}[cell.law](cell, device)
    return to_table(cell, rows)


def _chain(
    cell: GradientCell,
    case: str,
    network: Network,
    width: int,
    samples: int,
    layers: int,
    device: str,
    thin: bool = False,
) -> Chain:
    """Chains from Gaussian inputs."""
    draw = generator("laws", cell.law, case, width, samples)
    H = torch.randn(cell.chains, width, samples, generator=draw, dtype=torch.float64).to(device)
    return Chain(H, layers, network, torch.Generator(device).manual_seed(draw.initial_seed() + 1), thin=thin)


def _cotangent(chain: Chain, *key: str | int) -> torch.Tensor:
    """A Gaussian gradient in the state of a layer."""
    H = chain.states[0]
    return torch.randn(H.shape, generator=generator("laws", "cotangent", *key), dtype=H.dtype).to(H.device)


def explosion(cell: GradientCell, device: str, networks: dict[str, Network] = EXPLODING) -> list[dict[str, Any]]:
    """F1: one row a kind of network, width and chain: growth between the layers in which it is stationary."""
    rows = []
    for case, network in networks.items():
        law = EXPLODING[case]
        samples = cell.relu_samples if law.activation == "relu" else cell.samples
        prediction = math.log(bn_gradient_growth(law.activation, law.normalization, samples))
        for width in cell.widths:
            chain = _chain(cell, case, network, width, samples, cell.layers, device, thin=True)
            logs = 2 * chain.log_gradients(_cotangent(chain, case, width))
            last = cell.layers - FREE
            growth = (logs[SETTLED] - logs[last]) / (last - SETTLED)
            rows += rows_by("chain", {"value": growth}, case=case, x=width, prediction=prediction)
    return rows


def square(cell: GradientCell, device: str, networks: dict[str, Network] = SQUARE) -> list[dict[str, Any]]:
    """F4: one row a kind of weights, depth and chain; linear networks with scale-only BN, as many samples as units."""
    rows = []
    for case, network in networks.items():
        chain = _chain(cell, case, network, cell.square, cell.square, max(cell.depths), device)
        for depth in cell.depths:
            logs = chain.log_gradients(_cotangent(chain, case, depth), depth)
            growth = (logs[1] - logs[depth]) / math.log(10)
            rows += rows_by("chain", {"value": growth}, case=case, x=depth, prediction=None)
    return rows


def jacobians(
    cell: GradientCell, device: str, networks: dict[str, Network] = JACOBIANS, reenter: float = 0.0
) -> list[dict[str, Any]]:
    """F8: one row a kind of network, layer and chain."""
    rows = []
    for case, network in networks.items():
        width = cell.jacobian_width
        samples = 1 if network.normalization == "none" else cell.jacobian_samples
        chain = _chain(cell, case, network, width, samples, cell.jacobian_layers, device)
        for layer, ranks in enumerate(chain.jacobian_ranks(reenter=reenter), start=1):
            rows += rows_by("chain", {"value": ranks.double()}, case=case, x=layer, prediction=None)
    return rows
