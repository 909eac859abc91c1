"""Reductions: how the output of a module becomes a matrix with a row for each unit and a column for each sample.

| name        | columns                  | units (rows)         | hides                                     |
|-------------|--------------------------|----------------------|-------------------------------------------|
| `flatten`   | samples                  | channels × positions | which of channels and positions are alike |
| `pool`      | samples                  | channels             | all differences between positions         |
| `positions` | positions of all samples | channels             | whether positions or samples differ       |
| `channels`  | channels of all samples  | positions            | whether channels or samples differ        |

Samples are the first dimension. Channels are the second one, `(N, C, ...)`, but the
last one in a sequence `(N, T, C)`.
"""

from typing import Literal, get_args

from torch import Tensor, nn

from rankcollapse.errors import UserError

Reduction = Literal["flatten", "pool", "positions", "channels"]
ONE_DIMENSIONAL = (nn.Conv1d, nn.ConvTranspose1d, nn.LazyConv1d)
SEQUENTIAL = (nn.MultiheadAttention, nn.RNNBase, nn.LayerNorm, nn.Embedding)


def check(reduction: str) -> None:
    """Refuse a word that is no reduction.

    Raises:
        UserError: it is another; the message has those that there are.
    """
    if reduction not in get_args(Reduction):
        raise UserError(f"a reduction is one of {', '.join(get_args(Reduction))}; got {reduction!r}")


def holds_sequences(model: nn.Module) -> bool:
    """Whether outputs with three dimensions are sequences `(N, T, C)`; else they are signals `(N, C, T)`.

    They are signals in a model with one-dimensional convolutions and without attention, recurrence, layer
    normalization or embedding.
    """
    modules = list(model.modules())
    signals = any(isinstance(module, ONE_DIMENSIONAL) for module in modules)
    return not signals or any(isinstance(module, SEQUENTIAL) for module in modules)


def default(x: Tensor, sequences: bool) -> Reduction:
    """The reduction of a tensor for which none was chosen: `positions` for a sequence, `flatten` for all else."""
    return "positions" if x.ndim == 3 and sequences else "flatten"


def reduced(x: Tensor, reduction: Reduction, sequences: bool) -> Tensor:
    """The matrix `(columns, units)` of an output: the transpose of the `H` of the rank measures.

    Args:
        x: output of a module, `(N, ...)`; a vector has one unit, and all reductions of a matrix are the same.
        reduction: its name.
        sequences: whether a tensor with three dimensions is `(N, T, C)`, and not `(N, C, T)`.

    Returns:
        Tensor `(columns, units)`; a view of `x` where that is possible.
    """
    if x.ndim <= 2:
        return x.reshape(len(x), -1)
    if reduction == "flatten":
        return x.flatten(1)
    by_position = x if x.ndim == 3 and sequences else x.flatten(2).transpose(1, 2)  # (N, positions, C)
    if reduction == "pool":
        return by_position.float().mean(1) if x.dtype.itemsize < 4 else by_position.mean(1)
    return (by_position if reduction == "positions" else by_position.transpose(1, 2)).flatten(0, 1)
