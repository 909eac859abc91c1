"""All measures of one state from as little arithmetic as they need: products of columns, and their eigenvalues.

A state is a matrix `X` of shape `(columns, units)`, the transpose of the `H` of `rankcollapse.theory.spectra`. Squared
singular values of `H` are the eigenvalues of `X Xᵀ` and of `Xᵀ X`; the smaller one is formed. Large states are
multiplied in single precision first, and again in double if the products turn out to be badly conditioned.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from rankcollapse.probe.reductions import Reduction, reduced
from rankcollapse.theory.spectra import count_above_rounding, singular_values

TAU = 0.1  # threshold of the soft rank
MOST = 256  # columns or units, whichever are fewer: up to so many a state is measured as a whole
DRAWN = 128  # columns that are drawn of a state that is larger, and for the cosines of more than MOST columns
GROUPS = 8  # of columns, for the error of sampling
LARGE = 1 << 20  # entries from which on single precision is tried first
CONDITION = 1e-4  # share of an eigenvalue, or of what is beside the mean, that single precision still knows well
PIECE = 1 << 14  # units that are turned to double precision at once

COLUMNS = {
    "reduction": "how the output became H, with a column for each sample: flatten, pool, positions or channels",
    "participation_ratio": "(Tr M)² / ‖M‖_F² of M = H Hᵀ / N",
    "centred_participation_ratio": "the same of H less the mean of its columns; 0 if all are equal up to rounding",
    "numerical_rank": "singular values of H above σ_max · max(d, N) · eps of the tensor's dtype",
    "soft_rank": f"eigenvalues of M that are at least {TAU}, for M scaled to Tr M = d",
    "stable_rank": "Tr M / λ_max",
    "mean_cosine": "mean cosine of two different columns; missing if fewer than two are not zero",
    "mean_absolute_cosine": "mean absolute cosine of two different columns",
    "scale": "root mean square of all entries of the output",
    "dead": "share of units that are zero in all columns",
    "finite": "whether all entries of the output are finite",
    "columns": "columns of H that rank and cosines are measured on, N",
    "units": "rows of H, d",
    "sampling_error": "standard error of the participation ratio if columns were drawn (jackknife); else 0",
    "computed_in": "precision of the products of columns",
}
RANKS = ("participation_ratio", "centred_participation_ratio", "numerical_rank", "soft_rank", "stable_rank")
COSINES = ("mean_cosine", "mean_absolute_cosine")


class Products(NamedTuple):
    """Products of the columns of a state, or of its rows if these are fewer.

    Attributes:
        gram: `X Xᵀ` or `Xᵀ X` for `X` divided by `unit`, float64.
        centred: the same for `X` less the mean of its columns.
        of_columns: whether it is `X Xᵀ`.
        unit: what `X` was divided by.
        precision: in which the products were taken.
    """

    gram: Tensor
    centred: Tensor
    of_columns: bool
    unit: float
    precision: str


def measure(x: Tensor, reduction: Reduction, sequences: bool) -> dict[str, Any]:
    """All measures of the output of a module.

    Args:
        x: the output, `(N, ...)`, any floating dtype and device, not empty.
        reduction: how it becomes a matrix.
        sequences: whether a tensor with three dimensions is `(N, T, C)`.

    Returns:
        The columns of `COLUMNS`. Ranks and cosines of a state that is not finite are NaN.
    """
    with torch.no_grad(), torch.autocast(x.device.type, enabled=False):
        x = _where_double_is(x.detach())
        X = reduced(x, reduction, sequences)
        some = _some(X) if min(X.shape) > MOST else X
        found = _products(some)
        if found is None or some is not X or reduction == "pool":
            scale, finite = root_mean_square(x)
        else:
            scale, finite = found.unit * math.sqrt(found.gram.trace().item() / X.numel()), True
        known = found is not None and finite
        row = {
            "reduction": reduction,
            "scale": scale,
            "dead": dead_share(X),
            "finite": finite,
            "columns": len(some),
            "units": X.shape[1],
            "sampling_error": _jackknife(found.gram) if known and some is not X else 0.0,
            "computed_in": found.precision if found else "none",
        }
        row |= _ranks(some, found) | _cosines(some, found) if known else dict.fromkeys([*RANKS, *COSINES], math.nan)
        return {name: row[name] for name in COLUMNS}


def _where_double_is(x: Tensor) -> Tensor:
    """The tensor, on a device that has double precision: Apple's has not."""
    return x.cpu() if x.device.type == "mps" else x


def _some(X: Tensor) -> Tensor:
    """Columns drawn of a state: the same ones each time, and no global generator moves."""
    order = torch.randperm(len(X), generator=torch.Generator().manual_seed(len(X)))
    return X[order[:DRAWN].sort().values.to(X.device)]


def dead_share(X: Tensor) -> float:
    """Share of units that are zero in all columns of `X`, `(columns, units)`.

    Twice as many columns are looked at each time, and of these only the units that were zero so far.
    """
    left, start = (X[0] == 0).nonzero().squeeze(1), 1
    while len(left) and start < len(X):
        left = left[(X[start : 2 * start, left] == 0).all(0)]
        start *= 2
    return len(left) / X.shape[1]


def root_mean_square(x: Tensor) -> tuple[float, bool]:
    """Root of the mean square of all entries, and whether all are finite (else the root is NaN or infinite)."""
    x = _where_double_is(x.detach())
    precise = x.float() if x.dtype.itemsize < 4 else x
    norm = _norm(precise)
    if 1e-15 < norm < 1e15:
        return norm / math.sqrt(x.numel()), True
    largest = precise.abs().amax().item()
    if largest == 0 or not math.isfinite(largest):
        return largest, largest == 0
    return largest * _norm(precise.double() / largest) / math.sqrt(x.numel()), True  # squares over- or underflow


def _norm(x: Tensor) -> float:
    """The norm of all entries: row by row, since torch's norm of a large tensor in single precision is 1e-4 off."""
    return torch.linalg.vector_norm(torch.linalg.vector_norm(x, dim=-1).double()).item()


def mean_cosine(x: Tensor, reduction: Reduction, sequences: bool) -> float:
    """The mean cosine of two columns of a tensor, as `measure` has it, and nothing else."""
    with torch.no_grad(), torch.autocast(x.device.type, enabled=False):
        X = reduced(_where_double_is(x.detach()), reduction, sequences)
        found = _precise_products(_some(X) if len(X) > MOST else X)
        return _of_pairs(found.gram)[0] if found else math.nan


def _gram(X: Tensor, dtype: torch.dtype, unit: float = 1.0, centre: bool = False) -> Tensor:
    """`Y Yᵀ` for `Y = X / unit`, or `Yᵀ Y` if there are more columns than are compared; float64.

    A piece of the units at a time is turned to the precision `dtype`, so that memory stays small. With `centre` the
    mean of the columns is taken off first, in a way that leaves exact zeros where all columns are equal.
    """
    of_columns = len(X) <= MOST
    if X.dtype == dtype and unit == 1.0 and not centre:
        return (X @ X.mT if of_columns else X.mT @ X).double()
    size = len(X) if of_columns else X.shape[1]
    gram = torch.zeros(size, size, dtype=dtype, device=X.device)
    for piece in X.split(PIECE, dim=1) if of_columns else [X]:
        Y = piece.to(dtype)
        if centre:
            Y = Y - Y[0]
            Y = Y - Y.mean(0)
        if unit != 1.0:
            Y = Y / unit
        gram.addmm_(*((Y, Y.mT) if of_columns else (Y.mT, Y)))
    return gram.double()


def _products(X: Tensor) -> Products | None:
    """The products of a state, in single precision if it is large and that is enough; None if it is not finite."""
    exact = torch.get_float32_matmul_precision() == "highest" and not torch.backends.cuda.matmul.allow_tf32
    if X.numel() >= LARGE and X.dtype != torch.float64 and exact:
        gram = _gram(X, torch.float32)
        trace = gram.trace().item()
        if 1e-15 < trace < 1e15:
            centred, values = _centred(gram, X), torch.linalg.eigvalsh(gram)
            if centred.trace().item() > CONDITION * trace and values[0].item() > CONDITION * values[-1].item():
                return Products(gram, centred, len(X) <= MOST, 1.0, "float32")
    return _precise_products(X)


def _precise_products(X: Tensor) -> Products | None:
    """The products of a state in double precision, whatever its scale and its mean; None if it is not finite."""
    largest = X.abs().amax().item()
    if not math.isfinite(largest):
        return None
    unit = largest if largest and not 1e-100 < largest**2 < 1e100 else 1.0  # no square over- or underflows
    gram = _gram(X, torch.float64, unit=unit)
    centred = _centred(gram, X, unit)
    if centred.trace().item() < CONDITION * gram.trace().item():  # the mean is nearly all: take it off first
        centred = _gram(X, torch.float64, unit, centre=True)
        if centred.trace().item() <= _rounding(X.dtype) ** 2 * gram.trace().item():
            centred.zero_()  # kernels may round the same sample in several ways
    return Products(gram, centred, len(X) <= MOST, unit, "float64")


def _rounding(dtype: torch.dtype) -> float:
    """The relative difference up to which columns count as equal: a few units in the last place, of sums too."""
    return 4 * torch.finfo(dtype if dtype.itemsize >= 4 else torch.float32).eps


def _centred(gram: Tensor, X: Tensor, unit: float = 1.0) -> Tensor:
    """The products of columns less their mean, from the products of the columns."""
    if len(X) <= MOST:
        return gram - gram.mean(0) - gram.mean(1, keepdim=True) + gram.mean()
    mean = X.mean(0, dtype=torch.float64) / unit
    return gram - len(X) * torch.outer(mean, mean)


def _participation_ratio(gram: Tensor) -> float:
    trace = gram.trace()
    return (gram / trace).square().sum().reciprocal().item() if trace > 0 else 0.0


def _decomposed(ours: Callable[[Tensor], Tensor], numpys: Callable[[Any], Any], matrix: Tensor) -> Tensor:
    """What torch's LAPACK finds, and if that does not converge, what numpy's finds."""
    try:
        return ours(matrix)
    except torch.linalg.LinAlgError:
        return torch.as_tensor(numpys(matrix.cpu().numpy()), device=matrix.device)


def _ranks(X: Tensor, found: Products) -> dict[str, float]:
    """All measures of rank of a state whose products are given."""
    values = _decomposed(torch.linalg.eigvalsh, np.linalg.eigvalsh, found.gram).flip(0)
    values = values[: min(X.shape)].clamp_min(0)
    sigma = values.sqrt()
    if X.dtype == torch.float64:  # products know a singular value only down to the root of the precision
        sigma = _decomposed(singular_values, partial(np.linalg.svd, compute_uv=False), X.mT / found.unit)
    trace = values.sum().item()
    return {
        "participation_ratio": _participation_ratio(found.gram),
        "centred_participation_ratio": _participation_ratio(found.centred),
        "numerical_rank": int(count_above_rounding(sigma, X.shape, X.dtype)),
        "soft_rank": int((values * X.shape[1] >= TAU * trace).sum()) if trace > 0 else 0,
        "stable_rank": trace / values[0].item() if trace > 0 else 0.0,
    }


def _cosines(X: Tensor, found: Products) -> dict[str, float]:
    """Mean cosine and mean absolute cosine of two columns; of drawn ones if there are many."""
    gram = found.gram if found.of_columns else _gram(_some(X), torch.float64, unit=found.unit)
    return dict(zip(COSINES, _of_pairs(gram), strict=True))


def _of_pairs(gram: Tensor) -> tuple[float, float]:
    """The mean of all cosines of two different columns that are not zero, and the mean of their absolute values."""
    norms = gram.diagonal().clamp_min(0).sqrt()
    norms = norms.where(norms > 0, math.inf)  # a column that is zero has no cosine
    cosines = (gram / norms / norms[:, None]).clamp(-1, 1)
    cosines.fill_diagonal_(0)
    count = int(norms.isfinite().sum())
    pairs = count * (count - 1)
    return (cosines.sum().item() / pairs, cosines.abs().sum().item() / pairs) if pairs else (math.nan, math.nan)


def _jackknife(gram: Tensor) -> float:
    """Standard error of the participation ratio: columns in groups, one group left out at a time."""
    count = len(gram)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(count))
    member = torch.nn.functional.one_hot(order % GROUPS, GROUPS).to(gram)  # (columns, groups)
    squares = member.mT @ gram.square() @ member  # sums over the pairs of two groups
    traces = gram.trace() - member.mT @ gram.diagonal()
    ratios = traces.square() / (squares.sum() - 2 * squares.sum(0) + squares.diagonal())
    return ((GROUPS - 1) * ratios.var(correction=0)).sqrt().item()
