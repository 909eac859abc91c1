"""Gradients and Jacobians of deep random networks, at any depth: norms are kept as logarithms.

The forward pass is `propagate`. The way back draws the same weights once more, so that only states are kept in memory.

Thin chains never draw `W` whole. With `H = Q R` the forward pass drew `Z = W Q`. Given this, `W = Z Qᵀ + V (I - QQᵀ)`
with Gaussian `V`, independent of all else. So `Wᵀ g = Q Zᵀ g + (I - QQᵀ) Vᵀ g`, and for `g = P S` (thin QR) `Vᵀ g` has
the law of `Y S`, `Y` Gaussian of the shape of `P`.
"""

import math
from functools import partial
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.func import jvp, vjp, vmap

from rankcollapse.theory.kernels import ACTIVATIONS
from rankcollapse.theory.propagation import draw_weights, propagate
from rankcollapse.theory.spectra import numerical_rank, rescaled
from rankcollapse.theory.terms import Activation, BatchNormalization, WeightLaw


class Network(NamedTuple):
    """A kind of random network; the fields are arguments of `propagate`."""

    activation: Activation = "identity"
    normalization: BatchNormalization = "scale"
    weights: WeightLaw = "gaussian"
    gamma: float = math.inf

    def after(self, Z: Tensor) -> Tensor:
        """What follows the weights in a layer, as a function that can be differentiated."""
        if self.normalization in ("center", "full"):
            Z = Z - Z.mean(-1, keepdim=True)
        if self.normalization in ("scale", "full"):
            Z = F.normalize(Z, dim=-1) * math.sqrt(Z.shape[-1])
        return ACTIVATIONS[self.activation](Z)

    def layer(self, H: Tensor, W: Tensor) -> Tensor:
        """A layer of `propagate`."""
        return self.after(W @ H if self.gamma == math.inf else H + self.gamma * (W @ H))


class Chain:
    """Random layers with their states `(chains, d, N)`, to be gone through forwards and backwards.

    Arguments are those of `propagate`; it raises the same errors.
    """

    def __init__(self, H: Tensor, layers: int, network: Network, generator: torch.Generator, *, thin: bool = False):
        self.network, self.thin, self.states, self._draws = network, thin, [H], []
        self._again = torch.Generator(H.device)
        steps = propagate(H, layers, generator=generator, thin=thin, **network._asdict())
        for _ in range(layers):
            self._draws.append(generator.get_state())
            self.states.append(next(steps).clone())

    def weights(self, layer: int) -> Tensor:
        """The weights `(chains, d, d)` of a layer, the first is 0, as `propagate` drew them; of a thin chain `Z`."""
        H = self.states[0]
        self._again.set_state(self._draws[layer])
        W = torch.empty(len(H), H.shape[1], min(H.shape[1:]) if self.thin else H.shape[1], device=H.device)
        return draw_weights(W, self.network.weights, self._again).to(H.dtype)

    def _back(self, layer: int, delta: Tensor) -> Tensor:
        """The gradient in the state below a layer, from that in the state above it."""
        H, W = self.states[layer], self.weights(layer)
        if not self.thin:
            return vjp(lambda H: self.network.layer(H, W), H)[1](delta)[0]
        Q, R = torch.linalg.qr(H)
        [g] = vjp(self.network.after, W @ R)[1](delta)
        S = torch.linalg.qr(g, mode="r").R
        self._again.manual_seed(self._again.initial_seed() + 1 + layer)  # from here it would draw the next layer
        across = torch.randn(*H.shape[:2], S.shape[1], generator=self._again, dtype=H.dtype, device=H.device) @ S
        return Q @ (W.mT @ g - Q.mT @ across) + across

    def log_gradients(self, cotangent: Tensor, top: int | None = None) -> Tensor:
        """Logarithms of the norms of a gradient in the states, the input first, `(top + 1, chains)`.

        Args:
            cotangent: the gradient in the state of layer `top`, `(chains, d, N)`.
            top: number of the layer; default the last.
        """
        logs, delta, scale = [], cotangent, 0.0
        for layer in reversed(range(1 + (len(self._draws) if top is None else top))):
            norm = torch.linalg.matrix_norm(delta, keepdim=True)
            scale = scale + norm.flatten().double().log()
            logs.append(scale)
            delta = self._back(layer - 1, delta / norm) if layer else delta
        return torch.stack(logs[::-1])

    def jacobian_ranks(self) -> Tensor:
        """Numerical ranks of the Jacobians of all states but the initial one in that one, `(layers, chains)`."""
        chains, *shape = self.states[0].shape
        J = torch.eye(math.prod(shape), dtype=self.states[0].dtype, device=self.states[0].device).expand(chains, -1, -1)
        ranks = []
        for layer, H in enumerate(self.states[:-1]):
            step = partial(self.network.layer, W=self.weights(layer))
            tangents = J.unflatten(2, shape).transpose(0, 1)
            tangents = vmap(lambda T, H=H, step=step: jvp(step, (H,), (T,))[1])(tangents)
            J = rescaled(tangents.transpose(0, 1).flatten(2))
            ranks.append(numerical_rank(J))
        return torch.stack(ranks)
