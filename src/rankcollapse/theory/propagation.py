"""Random networks at initialization as a stream of states: many independent chains, constant memory in depth.

States are `(chains, d, N)`. A layer draws fresh weights `W` of unit-variance entries and maps

    H⁺ = activation(normalize(H + γ W H)),        γ = ∞: H⁺ = activation(normalize(W H))      (section 1)
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from rankcollapse.theory import given
from rankcollapse.theory.normalization import normalize
from rankcollapse.theory.spectra import rescaled
from rankcollapse.theory.terms import Activation, BatchNormalization, WeightLaw, check

MOST_GAMMA = 1e6  # of a skip connection: beyond, single precision does not see it


def draw_weights(out: Tensor, law: WeightLaw, generator: torch.Generator) -> Tensor:
    """Fill `out` with random weights, i.i.d. but for the orthogonal ones.

    Args:
        out: tensor `(..., d, n)`, overwritten.
        law: `gaussian` or `uniform` on ±√3, of mean 0 and variance 1; `one_signed`, uniform on [0, √3], of second
            moment 1; `xavier`, Gaussian of variance `1/d` for the `d` rows of `out`; `orthogonal`, `√max(d, n)` times
            a matrix with orthonormal rows or columns, of Haar's law, so that entries have mean square 1.
        generator: on the device of `out`.

    Raises:
        ValueError: the law is unknown.
    """
    check(law, WeightLaw, "weights")
    if law == "gaussian":
        return out.normal_(generator=generator)
    if law == "uniform":
        return out.uniform_(-math.sqrt(3), math.sqrt(3), generator=generator)
    if law == "xavier":
        return out.normal_(std=out.shape[-2] ** -0.5, generator=generator)
    if law == "orthogonal":
        tall = out.shape[-2] >= out.shape[-1]
        Q, R = torch.linalg.qr(out.normal_(generator=generator) if tall else out.normal_(generator=generator).mT)
        Q = Q * (R.diagonal(dim1=-2, dim2=-1).sign() * math.sqrt(Q.shape[-2])).unsqueeze(-2)  # Haar's law: diag R > 0
        return out.copy_(Q if tall else Q.mT)
    return out.uniform_(0, math.sqrt(3), generator=generator)


def propagate(
    H: Tensor,
    layers: int,
    *,
    generator: torch.Generator,
    gamma: float = math.inf,
    activation: Activation = "identity",
    normalization: BatchNormalization = "scale",
    weights: WeightLaw = "gaussian",
    rescale: bool = False,
    thin: bool = False,
) -> Iterator[Tensor]:
    """Yields the state after each of `layers` random layers. Memory does not grow with depth.

    Arguments are checked when it is called. A yielded tensor is only valid until the next one is asked for: copy what
    is to be kept.

    Args:
        H: initial states, `(chains, d, N)`, float32 or float64, of any scale; not changed, and no graph is kept.
        layers: number of layers.
        generator: on the device of `H`.
        gamma: strength `γ > 0` of the layer beside its skip connection; `inf` for none.
        activation: `identity`, `relu` or `tanh`.
        normalization: see `normalize`.
        weights: see `draw_weights`.
        rescale: divide each state by its Frobenius norm after each layer; without normalization a linear or ReLU
            chain would over- or underflow, and no rank measure depends on the scale.
        thin: draw `W H` by its law instead of `W`: with `H = Q R`, `R` of `min(d, N)` rows, `W H` has the law of
            `Z R` for Gaussian `Z` of shape `(d, min(d, N))`. Gaussian weights and `gamma = inf` only; same law,
            other numbers, and much less work when `N < d`.

    Raises:
        ValueError: an argument is out of its range, or the initial state is not finite.
    """
    H = given.tensor(H)
    _check_arguments(H, generator, gamma, activation, normalization, weights, thin)
    homogeneous = normalization in ("scale", "full") or (
        rescale and activation != "tanh"
    )  # the scale of H decides nothing
    return _stream(
        rescaled(H) if homogeneous and _extreme(H) else H,
        given.whole("layers", layers, 0),
        generator, gamma, activation, normalization, weights, rescale, thin,
    )  # fmt: skip


def _extreme(H: Tensor) -> bool:
    """Whether a layer could take the numbers of some state out of the range of their dtype."""
    largest, kind = H.abs().amax((-2, -1)), torch.finfo(H.dtype)
    return bool(((largest > kind.max**0.25) | ((largest < kind.tiny**0.25) & (largest > 0))).any())


def _stream(
    H: Tensor,
    layers: int,
    generator: torch.Generator,
    gamma: float,
    activation: str,
    normalization: str,
    weights: WeightLaw,
    rescale: bool,
    thin: bool,
) -> Iterator[Tensor]:
    """The states of `propagate`, whose arguments these are."""
    chains, d, samples = H.shape
    drawn = torch.empty(chains, d, min(d, samples) if thin else d, device=H.device)  # single precision is enough here
    W = drawn if H.dtype == drawn.dtype else torch.empty_like(drawn, dtype=H.dtype)
    state, product = H.clone(), torch.empty_like(H)
    for _ in range(layers):
        draw_weights(drawn, weights, generator)
        if W is not drawn:
            W.copy_(drawn)
        factor = torch.linalg.qr(state, mode="r").R if thin else state
        if gamma == math.inf:
            torch.bmm(W, factor, out=product)
        else:
            torch.baddbmm(factor, W, factor, alpha=gamma, out=product)
        state, product = normalize(product, normalization), state
        if activation == "relu":
            state.relu_()
        elif activation == "tanh":
            state.tanh_()
        if rescale:
            norm = torch.linalg.matrix_norm(state, keepdim=True)
            state.div_(norm.clamp_min(torch.finfo(state.dtype).tiny))  # a dead ReLU network stays zero
        yield state


def _check_arguments(
    H: Tensor,
    generator: torch.Generator,
    gamma: float,
    activation: str,
    normalization: str,
    weights: str,
    thin: bool,
) -> None:
    """Refuse arguments of `propagate` that are out of their range."""
    if H.dtype not in (torch.float32, torch.float64):
        raise ValueError(f"expected states in float32 or float64, got {H.dtype}: use H.float()")
    if H.ndim != 3 or 0 in H.shape:
        raise ValueError(f"expected states (chains, d, N) with d, N >= 1, got shape {tuple(H.shape)}")
    if not torch.isfinite(H).all():
        raise ValueError("the initial state holds NaN or infinity")
    if not isinstance(generator, torch.Generator) or generator.device.type != H.device.type:
        raise ValueError(f"generator must be a torch.Generator on the device of the states, {H.device.type}")
    if not given.number("gamma", gamma) > 0:
        raise ValueError(f"gamma must be positive (or infinite), got {gamma}")
    if MOST_GAMMA < gamma < math.inf:
        raise ValueError(f"gamma must be at most {MOST_GAMMA:g}, or infinite, which is no different there; got {gamma}")
    check(normalization, BatchNormalization, "normalization")
    check(weights, WeightLaw, "weights")
    check(activation, Activation, "activation")
    if thin and (weights != "gaussian" or gamma != math.inf):
        raise ValueError("thin draws are exact for Gaussian weights without skip connection only")
