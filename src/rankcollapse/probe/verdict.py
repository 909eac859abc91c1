"""The verdict in words: what is lost first, rank or scale, where, and what may cure it.

The rules are fixed numbers, the constants below. They are conventions and no tests of a hypothesis: a null band says
what is usual for a network (`rankcollapse.probe.null`).
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from rankcollapse.probe.null import Null

ONE_LINE = 1.25  # participation ratio below which a state is as good as one direction
FADED, BLOWN_UP = 1e-4, 1e4  # scale, as a share of the input's
MANY_DEAD = 0.5  # share of units of a ReLU that are zero for all samples: half of them are, if all samples are alike
NEARLY_ALL_DEAD = 0.9
COARSE = 0.05  # tolerance of the numerical rank, as a share of the largest singular value: coarser ones say little
FEW = 4  # columns or units: with fewer, a low rank says nothing
SMALLEST = 9  # entries of a weight whose signs mean something
CURES = {
    "rank": "Normalization or skip connections keep rank; raise_rank(model, batches) raises it.",
    "small scale": "rescale(model, batches) gives every layer the scale 1; in ReLU networks He's weights nearly do.",
    "large scale": "rescale(model, batches) gives every layer the scale 1; normalization keeps it there.",
}


class Loss(NamedTuple):
    """Something that is lost on the way through a network: from which row of the frame on, what, in words."""

    row: int
    kind: str
    words: str


def notes(frame: pd.DataFrame, inputs: pd.DataFrame) -> list[str]:
    """What a reader of a frame should know before any number of it, a sentence each."""
    found = []
    bad = frame[~frame["finite"]]
    if not bad.empty:
        found.append(f"{_where(bad.iloc[0])} is the first module whose output is not finite.")
    single = frame[frame["columns"] == 1]
    if not single.empty:
        found.append(
            f"The output of {_where(single.iloc[0])} is one column ({single.iloc[0]['shape']}): its rank is one by"
            " construction. Use a batch of more samples."
        )
    many = inputs[(inputs["columns"] > 1) & inputs["finite"]]
    if not many.empty and (many["centred_participation_ratio"] == 0).all():
        found.append("All samples of the batch are equal: every state is collapsed by construction. Use another batch.")
    elif not many.empty and many["participation_ratio"].iloc[0] < ONE_LINE:
        ratio = many["participation_ratio"].iloc[0]
        found.append(
            f"The batch itself is nearly on one line: its participation ratio is {ratio:.3g}. Take its mean off, or use"
            " another batch."
        )
    coarse = int((_tolerance(frame) > COARSE).sum())
    if coarse:
        found.append(
            f"The numerical rank says little in {coarse} of {len(frame)} rows, and does not count in the verdict there:"
            f" its tolerance, max(d, N) · eps, is above {COARSE} of the largest singular value."
        )
    half = sorted({*frame["dtype"]} - {"float32", "float64"})
    if half:
        found.append(
            f"Outputs in {', '.join(half)} are measured in higher precision; the tolerance of the numerical rank is"
            " that of their own dtype."
        )
    drawn = frame[frame["sampling_error"] > 0]
    if not drawn.empty:
        most = drawn["columns"].max()
        found.append(
            f"{most} columns were drawn for {len(drawn)} of {len(frame)} rows: no rank of these exceeds {most}."
        )
    return found


def verdict(model: nn.Module, frame: pd.DataFrame, inputs: pd.DataFrame, null: Null | None = None) -> list[str]:
    """What is lost first, where, and what may cure it.

    Args:
        model: that was probed; its modes and the signs of its weights are looked at.
        frame: of the probe.
        inputs: of the probe.
        null: what is usual; without one nothing is said about that.

    Returns:
        Sentences.
    """
    losses = sorted(_losses(frame, inputs), key=lambda loss: loss.row)
    words = [f"{loss.words} {CURES[loss.kind]}" for loss in losses]
    if len(losses) > 1:
        words.append(f"What is lost first: {losses[0].kind}.")
    words += [*_dead(frame, losses), *_frozen(model), *_one_signed(model)]
    if not words:
        words = [_neither(frame)]
    if null is not None:
        words.append(_unusual(frame, null))
    return words


def _where(row: pd.Series) -> str:
    again = f", call {row['call']}" if row["call"] else ""
    return f"{row['path'] or 'the whole model'} ({row['type']}{again})"


def hidden(frame: pd.DataFrame) -> pd.DataFrame:
    """The finite rows of hidden states of which a low rank says something.

    That is without the model itself, its last module if that has the same shape of output, and few columns or units.
    """
    inner = frame[frame["path"] != ""]
    if len(inner) > 1 and len(frame) > len(inner) and inner["shape"].iloc[-1] == frame["shape"].iloc[-1]:
        inner = inner.iloc[:-1]
    return inner[inner["finite"] & (inner[["columns", "units"]].min(axis=1) >= FEW)]


def _tolerance(frame: pd.DataFrame) -> pd.Series:
    """The tolerance of the numerical rank of each row, as a share of the largest singular value."""
    eps = frame["dtype"].map(lambda name: torch.finfo(getattr(torch, name)).eps)
    return frame[["columns", "units"]].max(axis=1) * eps


def _lost_for_good(lost: pd.Series) -> int | None:
    """The label of the first row of those, up to the end, for which something is lost; None if there is none."""
    kept = lost[::-1].cumprod()[::-1].astype(bool)
    return kept[kept].index[0] if kept.any() else None


def _losses(frame: pd.DataFrame, inputs: pd.DataFrame) -> Iterator[Loss]:
    """What is lost on the way and does not come back."""
    states = hidden(frame)
    if states.empty:
        return
    most = states[["columns", "units"]].min(axis=1)
    few = (states["numerical_rank"] < most.map(math.sqrt)) & (_tolerance(states) <= COARSE)
    lost = few | (states["participation_ratio"] < ONE_LINE)
    at = _lost_for_good(lost)
    if at is not None:
        row = states.loc[at]
        words = (
            f"Rank is lost at {_where(row)}: participation ratio {row['participation_ratio']:.3g}, numerical rank"
            f" {row['numerical_rank']:.0f} of at most {most[at]} (√{most[at]} is {math.sqrt(most[at]):.1f}), mean"
            f" cosine {row['mean_cosine']:.3g}; it does not come back."
        )
        yield Loss(at, "rank", words)
    base, name = (inputs, "the input's") if not inputs.empty else (frame, f"that of {_where(frame.iloc[0])}")
    start = base["scale"].iloc[0]
    if start > 0 and math.isfinite(start):
        share = states["scale"] / start
        small, large = (f"below {FADED:g}", share < FADED), (f"above {BLOWN_UP:g}", share > BLOWN_UP)
        for kind, (bound, gone) in {"small scale": small, "large scale": large}.items():
            at = _lost_for_good(gone)
            if at is not None:
                row = states.loc[at]
                words = f"Scale goes {bound} of {name} at {_where(row)}: {row['scale']:.2g} after {start:.2g}."
                yield Loss(at, kind, words)


def _dead(frame: pd.DataFrame, losses: list[Loss]) -> Iterator[str]:
    """Dead units, as far as they do not follow from a loss of rank."""
    states = hidden(frame)
    many = states[states["dead"] > MANY_DEAD]
    first_loss = min((loss.row for loss in losses), default=math.inf)
    many = many[(many.index <= first_loss) | (many["dead"] > NEARLY_ALL_DEAD)]
    if not many.empty:
        row = many.iloc[0]
        yield (
            f"{row['dead']:.0%} of the units of {_where(row)} are zero for the whole batch: they are dead, and get no"
            " gradient. Look at the biases before it; initialize the layer anew, or use a smaller step size."
        )


def _frozen(model: nn.Module) -> Iterator[str]:
    layers = [(path, layer) for path, layer in model.named_modules() if isinstance(layer, _BatchNorm)]
    by_running = [(path, layer) for path, layer in layers if not layer.training and layer.running_mean is not None]
    frozen = [path for path, layer in by_running if model.training]
    unseen = [path for path, layer in by_running if layer.num_batches_tracked == 0]
    if frozen:
        yield (
            f"{_listed(frozen)} in eval mode within a model in training mode: batch normalization is frozen, and does"
            " not normalize the batch. Call model.train() if that is not wanted."
        )
    if unseen:
        yield (
            f"{_listed(unseen)} in eval mode with running statistics that have seen no batch: batch normalization does"
            " nothing. Run batches through the model in training mode first."
        )


def _one_signed(model: nn.Module) -> Iterator[str]:
    signed = [
        name
        for name, weight in model.named_parameters()
        if weight.ndim >= 2 and weight.numel() >= SMALLEST and weight.is_floating_point()
        if (weight.min() >= 0 or weight.max() <= 0) and weight.any()
    ]
    if signed:
        yield (
            f"{_listed(signed)} of one sign only: such weights push all samples into one direction, with batch"
            " normalization too. Initialize them with both signs."
        )


def _listed(names: list[str]) -> str:
    few = ", ".join(names[:3])
    return f"{few} and {len(names) - 3} more are" if len(names) > 3 else f"{few} {'is' if len(names) == 1 else 'are'}"


def _neither(frame: pd.DataFrame) -> str:
    states = hidden(frame)
    if states.empty:
        return "No hidden state has enough columns and units to speak of its rank. Use a batch of more samples."
    row = states.iloc[-1]
    return (
        f"Neither rank nor scale is lost: the last hidden state, of {_where(row)}, has participation ratio"
        f" {row['participation_ratio']:.3g}, numerical rank {row['numerical_rank']:.0f} and scale {row['scale']:.2g}."
        " If the network does not train, look elsewhere: at step size, loss, labels, data."
    )


def _unusual(frame: pd.DataFrame, null: Null) -> str:
    compared = null.against(frame)
    outside = compared[compared["unusual"]]
    expected = "" if null.inside is None else f"; about {1 - null.inside:.0%} are by chance"
    words = f"Outside the band of {null.name}: {len(outside)} of {len(compared)} measurements{expected}."
    if outside.empty:
        return words
    row = outside.iloc[0]
    return (
        f"{words} The first one: {row['measure']} {row['value']:.3g} at {row['path'] or 'the whole model'}, band"
        f" {row['low']:.3g} to {row['high']:.3g}."
    )
