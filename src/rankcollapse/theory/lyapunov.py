"""Lyapunov spectra of deep linear networks, exact at any depth.

The state is carried as `H = U · diag(e^s) · T`: `U` orthonormal columns, `s` log-scales, `T` upper triangular with unit
diagonal. A layer's map `A = D W` (`D` the scaling of batch normalization, a function of `H`) gives `A U = U' R`, and

    H⁺ = U' · diag(R_ii e^{s_i}) · (diag(e^{-s}) R̂ diag(e^{s})) T,        R̂ = diag(R)⁻¹ R,

where `s` descends once directions are sorted, so no entry overflows, and a direction that double precision would have
lost after a few layers keeps its exact scale for ever.
"""

import math
from dataclasses import dataclass

import torch
from scipy.special import stdtrit
from torch import Tensor

from rankcollapse.theory import given
from rankcollapse.theory.propagation import draw_weights
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.terms import BatchNormalization, WeightLaw, check

BLOCKS = 20  # of layers, whose means give a chain its own standard errors
FEW = 4  # chains: fewer are compared by their blocks, more with each other


@dataclass(frozen=True)
class Spectrum:
    """Lyapunov exponents of `chains` independent chains.

    Attributes:
        exponents: mean over the chains, a layer, descending, `(n,)`, float64.
        standard_errors: of those means, `(n,)`.
        degrees: degrees of freedom of the standard errors.
        chains: exponents of each chain, `(chains, n)`.
    """

    exponents: Tensor
    standard_errors: Tensor
    degrees: int
    chains: Tensor

    @property
    def neutral(self) -> int:
        """Number of leading exponents up to the last one compatible with zero, by t tests (5% for all together)."""
        margin = stdtrit(self.degrees, 1 - 0.05 / len(self.exponents)) * self.standard_errors
        return max((self.exponents + margin + 1e-12 >= 0).nonzero().flatten().tolist(), default=-1) + 1


def spectrum_of(chains: Tensor) -> Spectrum:
    """The spectrum of independent chains, with standard errors from what they differ by.

    Args:
        chains: exponents of each chain, `(chains, n)`.

    Raises:
        ValueError: there are fewer than `FEW` chains.
    """
    if len(chains) < FEW:
        raise ValueError(f"expected at least {FEW} chains, got {len(chains)}")
    return Spectrum(chains.mean(0), chains.std(0) / math.sqrt(len(chains)), len(chains) - 1, chains)


def _of_few(chains: Tensor, blocks: Tensor) -> Spectrum:
    """The spectrum of few chains, with standard errors from within them: batch means.

    The mean of a block is correlated with that of the next: for a neutral direction, whose scale only fluctuates, one
    that is too high is followed by one that is too low. The variance allows for it, but is not cut below a tenth.

    Args:
        chains: exponents of each chain, `(chains, n)`.
        blocks: the same over each block of layers, `(chains, BLOCKS, n)`.
    """
    count = blocks.shape[1]
    apart = blocks - blocks.mean(1, keepdim=True)
    squares = apart.square().sum((0, 1))
    lagged = (apart[:, 1:] * apart[:, :-1]).sum((0, 1)) / squares.clamp_min(torch.finfo(blocks.dtype).tiny)
    degrees = len(chains) * (count - 1)
    variance = squares / degrees * (1 + 2 * lagged).clamp_min(0.1)
    return Spectrum(chains.mean(0), (variance / (len(chains) * count)).sqrt(), degrees, chains)


def lyapunov_spectrum(
    width: int,
    *,
    layers: int,
    normalization: BatchNormalization = "scale",
    gamma: float = math.inf,
    weights: WeightLaw = "gaussian",
    chains: int = 1,
    seed: int = 0,
    batch: int | None = None,
    burn_in: int | None = None,
    device: str = "cpu",
) -> Spectrum:
    """Lyapunov exponents of the linear network `H⁺ = BN(H + γ W H)`, or of `H + γ W H` without BN.

    With centring the chain lives on the mean-zero part of the batch: centring commutes with the linear layers, so it
    costs one direction and nothing else, and the spectrum has at most `batch - 1` exponents.

    Args:
        width: `d`.
        layers: layers over which growth is averaged.
        normalization: `scale` or `full` (BN), `none` or `center` (no scaling).
        gamma: strength of the layer beside its skip connection, `> 0`; `inf` for none.
        weights: law of the weights, see `propagation.draw_weights`.
        chains: independent chains.
        seed: of the chains.
        batch: samples `N`, at most `width`; fewer give the leading exponents only. Default `width`.
        burn_in: layers before growth is counted; default a tenth of `layers`, at least 100.
        device: torch device of the chains; the spectrum is returned on the CPU.

    Returns:
        The spectrum, `min(d, N)` exponents (one less with centring). Its standard errors are those of independent
        chains, or from within the chains where they are fewer than `FEW`.

    Raises:
        ValueError: there are fewer layers than `BLOCKS`, an argument is out of its range, or the product is singular.
    """
    counts = {"width": width, "layers": layers, "chains": chains, "batch": width if batch is None else batch}
    width, layers, chains, samples = (given.whole(name, value, 1) for name, value in counts.items())
    burn_in = max(100, layers // 10) if burn_in is None else given.whole("burn_in", burn_in, 0)
    columns = samples - (normalization in ("center", "full"))
    _check_arguments(width, layers, chains, samples, columns, gamma, normalization, weights, device)
    draw = generator("lyapunov", width, normalization, weights, seed)
    scaled = normalization in ("scale", "full")
    # W U is Gaussian whatever U is; without BN that would leave no product to measure, so there W is drawn whole
    fresh = weights == "gaussian" and gamma == math.inf and scaled
    W = torch.empty(chains, width, columns if fresh else width, device=device)
    state = _Product(torch.randn(chains, width, columns, generator=draw, dtype=torch.float64).to(device))
    draw = torch.Generator(device).manual_seed(draw.initial_seed() + 1)
    ends = {burn_in + layers * block // BLOCKS: block for block in range(BLOCKS + 1)}
    scales = []
    for layer in range(burn_in + layers):
        if layer in ends:
            scales.append(state.s)
        draw_weights(W, weights, draw)
        A = W.double() if fresh else W.double() @ state.U
        state.grow(A if gamma == math.inf else state.U + gamma * A, samples if scaled else None)
    if not torch.isfinite(state.s).all():
        raise ValueError(f"a product of these weights ({weights}) is singular: it has no finite exponents")
    return _spectrum(torch.stack([*scales, state.s], dim=1).cpu(), sorted(ends))


def _spectrum(scales: Tensor, ends: list[int]) -> Spectrum:
    """The spectrum from the log-scales `(chains, BLOCKS + 1, n)` of directions at some layers: the ends of blocks."""
    scales = scales[:, :, (scales[:, -1] - scales[:, 0]).mean(0).argsort(descending=True)]
    whole = (scales[:, -1] - scales[:, 0]) / (ends[-1] - ends[0])
    if len(scales) >= FEW:
        return spectrum_of(whole)
    return _of_few(whole, scales.diff(dim=1) / torch.tensor(ends).diff().view(-1, 1))


class _Product:
    """The product of the layers so far, `U · diag(e^s) · T`, for several chains."""

    def __init__(self, U: Tensor):
        self.U = torch.linalg.qr(U).Q
        chains, _, columns = U.shape
        self.s = torch.zeros(chains, columns, dtype=U.dtype, device=U.device)
        self.T = torch.eye(columns, dtype=U.dtype, device=U.device).repeat(chains, 1, 1)

    def grow(self, A: Tensor, samples: int | None) -> None:
        """Multiply by a layer.

        Args:
            A: the layer times `U`, `(chains, d, columns)`, before its scaling.
            samples: `N`, over which scale-only BN makes rows of mean square 1; None for no scaling.
        """
        growth_offset: Tensor | float = 0.0
        if samples is not None:
            top = self.s.amax(1, keepdim=True)
            H = (A * (self.s - top).exp()[:, None, :]) @ self.T
            # what underflows in H is too small to matter to a row's norm
            A = A * (math.sqrt(samples) / torch.linalg.vector_norm(H, dim=2, keepdim=True))
            growth_offset = -top
        self.U, R = torch.linalg.qr(A)
        diagonal = R.diagonal(dim1=1, dim2=2)
        ratio = (self.s[:, None, :] - self.s[:, :, None]).clamp_max(300.0).exp().triu()  # e^{s_j - s_i}, j >= i
        self.T = (R / diagonal[..., None] * ratio) @ self.T
        self.s = self.s + diagonal.abs().log() + growth_offset


def _check_arguments(
    width: int,
    layers: int,
    chains: int,
    samples: int,
    columns: int,
    gamma: float,
    kind: str,
    weights: str,
    device: str,
) -> None:
    """Refuse arguments of `lyapunov_spectrum` that are out of their range."""
    if layers < BLOCKS or chains < 1 or not 1 <= samples <= width or columns < 1:
        raise ValueError(
            f"layers must be at least {BLOCKS}, chains at least 1, and the batch between 1 (2 with centring) and the "
            f"width {width}; got layers={layers}, chains={chains}, batch={samples}"
        )
    if not given.number("gamma", gamma) > 0:
        raise ValueError(f"gamma must be positive (or infinite), got {gamma}")
    check(kind, BatchNormalization, "normalization")
    check(weights, WeightLaw, "weights")
    given.available(device)
