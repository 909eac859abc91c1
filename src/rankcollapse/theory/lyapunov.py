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
from scipy import stats
from torch import Tensor

from rankcollapse.theory.propagation import draw_weights
from rankcollapse.theory.random_streams import generator
from rankcollapse.theory.terms import BatchNormalization, WeightLaw, check


@dataclass(frozen=True)
class Spectrum:
    """Lyapunov exponents of `chains` independent chains.

    Attributes:
        exponents: mean over the chains, a layer, descending, `(n,)`, float64.
        standard_errors: of those means, `(n,)`; NaN for a single chain.
        chains: exponents of each chain, `(chains, n)`.
    """

    exponents: Tensor
    standard_errors: Tensor
    chains: Tensor

    @property
    def neutral(self) -> int:
        """Number of leading exponents up to the last one compatible with zero, by t tests (5% for all together)."""
        chains, exponents = self.chains.shape
        margin = stats.t.ppf(1 - 0.05 / exponents, max(chains - 1, 1)) * self.standard_errors.nan_to_num(0.0)
        return int((self.exponents + margin + 1e-12 >= 0).nonzero().max()) + 1


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
        The spectrum, `min(d, N)` exponents (one less with centring).

    Raises:
        ValueError: an argument is out of its range, or the product is singular.
    """
    samples = width if batch is None else batch
    columns = samples - (normalization in ("center", "full"))
    _check_arguments(width, layers, chains, samples, columns, gamma, burn_in, normalization)
    draw = generator("lyapunov", width, normalization, weights, seed)
    burn_in = max(100, layers // 10) if burn_in is None else burn_in
    scaled = normalization in ("scale", "full")
    # W U is Gaussian whatever U is; without BN that would leave no product to measure, so there W is drawn whole
    fresh = weights == "gaussian" and gamma == math.inf and scaled
    W = torch.empty(chains, width, columns if fresh else width, device=device)
    state = _Product(torch.randn(chains, width, columns, generator=draw, dtype=torch.float64).to(device))
    draw = torch.Generator(device).manual_seed(draw.initial_seed() + 1)
    start = state.s
    for layer in range(burn_in + layers):
        if layer == burn_in:
            start = state.s
        draw_weights(W, weights, draw)
        A = W.double() if fresh else W.double() @ state.U
        state.grow(A if gamma == math.inf else state.U + gamma * A, samples if scaled else None)
    if not torch.isfinite(state.s).all():
        raise ValueError(f"a product of these weights ({weights}) is singular: it has no finite exponents")
    exponents = ((state.s - start) / layers).cpu()
    exponents = exponents[:, exponents.mean(0).argsort(descending=True)]
    errors = exponents.std(0) / math.sqrt(chains) if chains > 1 else torch.full((columns,), math.nan)
    return Spectrum(exponents.mean(0), errors, exponents)


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
    width: int, layers: int, chains: int, samples: int, columns: int, gamma: float, burn_in: int | None, kind: str
) -> None:
    """Refuse arguments of `lyapunov_spectrum` that are out of their range."""
    if layers < 1 or chains < 1 or not 1 <= samples <= width or columns < 1:
        raise ValueError(
            f"layers and chains must be at least 1 and the batch between 1 (2 with centring) and the width {width}; "
            f"got layers={layers}, chains={chains}, batch={samples}"
        )
    if not gamma > 0:
        raise ValueError(f"gamma must be positive (or infinite), got {gamma}")
    if burn_in is not None and burn_in < 0:
        raise ValueError(f"burn_in must be at least 0, got {burn_in}")
    check(kind, BatchNormalization, "normalization")
