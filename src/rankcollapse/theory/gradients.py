"""Gradients and Jacobians of deep random networks, at any depth: norms are kept as logarithms.

The forward pass is `propagation.propagate`. The way back draws the same weights once more, so that memory holds the
states only, and rescales the gradient after each layer, so that nothing over- or underflows.

Thin chains never draw `W` whole. With `H = Q R` the forward pass drew `Z = W Q` only. Given this, `W = Z Qᵀ + V (I - QQᵀ)`
with Gaussian `V` independent of all else, so that `Wᵀ g = Q Zᵀ g + (I - QQᵀ) Vᵀ g`; and for `g = P S` (thin QR) `Vᵀ g` has
the law of `Y S`, `Y` a Gaussian matrix of the shape of `P`.
"""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.func import jvp, vjp, vmap

from rankcollapse.theory.propagation import draw_weights, propagate
from rankcollapse.theory.spectra import numerical_rank, rescaled
from rankcollapse.theory.terms import Activation, BatchNormalization, WeightLaw

_PHI = {"identity": lambda x: x, "relu": torch.relu, "tanh": torch.tanh}


class Network(NamedTuple):
    """A kind of random network; the fields are arguments of `propagate`."""

    activation: Activation = "identity"
    normalization: BatchNormalization = "scale"
    weights: WeightLaw = "gaussian"
    gamma: float = math.inf


def _after(Z: Tensor, network: Network) -> Tensor:
    """What follows the weights in a layer of `propagate`, as a function that can be differentiated."""
    if network.normalization in ("center", "full"):
        Z = Z - Z.mean(-1, keepdim=True)
    if network.normalization in ("scale", "full"):
        Z = F.normalize(Z, dim=-1) * math.sqrt(Z.shape[-1])
    return _PHI[network.activation](Z)


def _layer(H: Tensor, W: Tensor, network: Network) -> Tensor:
    """A layer of `propagate`."""
    return _after(W @ H if network.gamma == math.inf else H + network.gamma * (W @ H), network)


class Chain:
    """Random layers with their states, to be gone through forwards and backwards."""

    def __init__(self, H: Tensor, layers: int, network: Network, generator: torch.Generator, *, thin: bool = False):
        """Run the layers.

        Args:
            H: initial states, `(chains, d, N)`.
            layers: depth.
            network: its kind.
            generator: on the device of `H`.
            thin: draw `W H` and `Wᵀ g` by their laws, see above; for wide networks, as `propagate` allows it.

        Raises:
            ValueError: as `propagate`.
        """
        self.network, self._thin, self._draws = network, thin, []
        self.states = [H]
        self._generator = torch.Generator(H.device)  # for the way back
        steps = propagate(H, layers, generator=generator, thin=thin, **network._asdict())
        for _ in range(layers):
            self._draws.append(generator.get_state())
            self.states.append(next(steps).clone())

    def weights(self, layer: int) -> Tensor:
        """The weights `(chains, d, d)` of a layer, the first is 0, as `propagate` drew them; of a thin chain `Z`."""
        chains, d, samples = self.states[0].shape
        self._generator.set_state(self._draws[layer])
        W = torch.empty(chains, d, min(d, samples) if self._thin else d, device=self._generator.device)
        return draw_weights(W, self.network.weights, self._generator).to(self.states[0].dtype)

    def _back(self, layer: int, delta: Tensor) -> Tensor:
        """The gradient in the state below a layer, from that in the state above it."""
        H, W = self.states[layer], self.weights(layer)
        if not self._thin:
            _, back = vjp(lambda H: _layer(H, W, self.network), H)
            return back(delta)[0]
        Q, R = torch.linalg.qr(H)
        _, back = vjp(lambda Z: _after(Z, self.network), W @ R)
        [g] = back(delta)
        S = torch.linalg.qr(g, mode="r").R
        # the generator stands after this layer's draw, where the next layer's begins: go on from elsewhere
        fresh = torch.Generator(H.device).manual_seed(self._generator.initial_seed() + 1 + layer)
        across = torch.randn(H.shape[0], H.shape[1], S.shape[1], generator=fresh, dtype=H.dtype, device=H.device) @ S
        return Q @ (W.mT @ g - Q.mT @ across) + across

    def log_gradients(self, cotangent: Tensor, top: int | None = None) -> Tensor:
        """Logarithms of the norms of a gradient in the states below a layer.

        Args:
            cotangent: the gradient in the state of the layer `top`, `(chains, d, N)`.
            top: number of the layer; default the last.

        Returns:
            Tensor `(top + 1, chains)`, the input first, for gradients of the product of the cotangent and the state.
        """
        top = len(self._draws) if top is None else top
        logs, delta, scale = [], cotangent, torch.zeros(len(cotangent), dtype=torch.float64, device=cotangent.device)
        for layer in range(top, -1, -1):
            norm = torch.linalg.matrix_norm(delta)
            scale = scale + norm.double().log()
            logs.append(scale)
            delta = delta / norm[:, None, None]
            if layer:
                delta = self._back(layer - 1, delta)
        return torch.stack(logs[::-1])

    def jacobian_ranks(self, *, reenter: float = 0.0) -> Tensor:
        """Numerical ranks of the Jacobians of all states in the initial one.

        Args:
            reenter: times the initial state that is added to each state: 0 but for networks that break the law.

        Returns:
            Integer tensor `(layers, chains)`.
        """
        chains, d, samples = self.states[0].shape
        identity = torch.eye(d * samples, dtype=self.states[0].dtype, device=self.states[0].device)
        identity = identity.view(-1, 1, d, samples).expand(-1, chains, -1, -1)
        tangents, ranks = identity, []
        for layer, H in enumerate(self.states[:-1]):
            W = self.weights(layer)
            tangents = vmap(lambda T, H=H, W=W: jvp(lambda X: _layer(X, W, self.network), (H,), (T,))[1])(tangents)
            tangents = tangents + reenter * identity
            J = rescaled(tangents.transpose(0, 1).flatten(2))
            tangents = J.view(chains, -1, d, samples).transpose(0, 1)
            ranks.append(numerical_rank(J))
        return torch.stack(ranks)
