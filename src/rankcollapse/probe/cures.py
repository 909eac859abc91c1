"""Cures: weights changed so that states have more directions (`raise_rank`), or the scale one (`rescale`)."""

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import pandas as pd
import torch
from torch import Tensor, nn

from rankcollapse.errors import UserError
from rankcollapse.probe import reductions
from rankcollapse.probe.layers import is_linear, kept, linear_outputs, listed
from rankcollapse.probe.measures import measure
from rankcollapse.probe.modules import Choice, call, chosen
from rankcollapse.probe.outputs import tensors

Objective = Literal["norm", "ratio"]
PATIENCE, LEAST_GAIN = 20, 1e-3  # steps, and the share of the objective that they must gain for more of them
SHORTEST = 1e-4  # of the first step: shorter ones are not tried


@dataclass(frozen=True)
class Report:
    """What a cure did.

    Attributes:
        layers: a row a layer: `path`, and measures `before` and `after` in columns; of `raise_rank` also how many
            `steps` were taken and why it `stopped`.
        left_alone: what could not be changed, and why: a sentence each.
    """

    layers: pd.DataFrame
    left_alone: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """The table, and what was left alone."""
        return "\n".join([self.layers.to_string(index=False), *self.left_alone])


def raise_rank(
    model: nn.Module,
    batches: Any,
    *,
    layers: Choice | None = None,
    objective: Objective = "ratio",
    steps: int = 100,
    step_size: float = 0.02,
) -> Report:
    """Raise the participation ratio `r` of hidden states by gradient steps in the weights; no label is used.

    This is the pre-training of the original (Daneshmand et al., 2020, Figures 4 and 6) for any module. A step goes down
    the gradient of the objective and changes all weights together by `step_size` of their norm; one that does not lower
    the objective on its batch is taken back, and half as long a one is tried. Biases, frozen and one-dimensional
    parameters stay. Buffers, gradients, modes and random state are left as they are. If it is interrupted, the weights
    are those of the last step.

    Args:
        model: changed in place.
        batches: a tensor, or a list of what the model takes; steps go through them in turn.
        layers: modules whose outputs are raised, one after the other in the order in which they run; without it the
            inputs of all linear layers but the first.
        objective: "ratio" for `1 / r` (Figure 6), "norm" for `r^(-1/2)` (Figure 4).
        steps: at most so many for each layer. It also stops if 20 steps gain less than 0.1%, or if no step gains.
        step_size: length of a step as a share of the norm of the weights.

    Returns:
        `r`, numerical rank and scale of each layer on the first batch, before and after.

    Raises:
        UserError: there is no such layer or objective, no weight to change, or a state is not finite.
    """
    if objective not in ("norm", "ratio"):
        raise UserError(f"an objective is 'ratio' or 'norm', got {objective!r}")
    if steps < 1 or not step_size > 0:
        raise UserError(f"steps and step_size must be positive, got {steps} and {step_size}")
    given = listed(batches)
    with kept(model):
        rows = []
        for path, state in _targets(model, given[0], layers).items():
            before = _measured(model, state(given[0]))
            taken, stopped = _descend(model, given, state, objective, steps, step_size)
            after = _measured(model, state(given[0]))
            both = {
                f"{name}_{when}": row[name] for name in before for when, row in (("before", before), ("after", after))
            }
            rows.append({"path": path, **both, "steps": taken, "stopped": stopped})
    return Report(pd.DataFrame(rows), _frozen(model))


def _frozen(model: nn.Module) -> list[str]:
    names = [name for name, weight in model.named_parameters() if weight.ndim >= 2 and not weight.requires_grad]
    return [f"Frozen, and left alone: {', '.join(names)}."] if names else []


def _targets(model: nn.Module, batch: Any, layers: Choice | None) -> dict[str, Callable[[Any], Tensor]]:
    """By the path of each layer whose state is raised, in the order in which they run: its state on a batch."""
    if layers is None:
        _, *later = linear_outputs(model, batch)
        if not later:
            raise UserError("the model has one linear layer only, and so no hidden state: choose `layers`")
        return {f"input of {path}": partial(_state, model, model.get_submodule(path), True) for path in later}
    modules = chosen(model, layers)
    order: list[str] = []
    with ExitStack() as stack, torch.no_grad():
        for path, module in modules.items():
            note = partial(lambda path, *_: order.append(path), path)
            stack.callback(module.register_forward_hook(note).remove)
        call(model, batch)
    if missing := [path for path in modules if path not in order]:
        raise UserError(f"never called, so that there is no state to raise: {', '.join(missing)}")
    return {path: partial(_state, model, modules[path], False) for path in dict.fromkeys(order)}


def _state(model: nn.Module, module: nn.Module, entering: bool, batch: Any) -> Tensor:
    """What enters or leaves a module on a batch: the first floating tensor of its last call."""
    found: list[Tensor] = []

    def keep(module: nn.Module, args: tuple, output: Any = None) -> None:
        found[:] = [x for _, x in tensors(args if entering else output)][:1]

    handle = module.register_forward_pre_hook(keep) if entering else module.register_forward_hook(keep)
    try:
        call(model, batch)
    finally:
        handle.remove()
    if not found:
        raise UserError("the layer has no floating tensor, so that there is no state to raise")
    return found[0]


def _measured(model: nn.Module, x: Tensor) -> dict[str, float]:
    sequences = reductions.holds_sequences(model)
    row = measure(x, reductions.default(x, sequences), sequences)
    return {name: row[name] for name in ("participation_ratio", "numerical_rank", "scale")}


def _collapse(model: nn.Module, x: Tensor, objective: Objective) -> Tensor:
    """What is made small: `r^(-1/2)` or `1 / r`, whatever the scale of the state."""
    sequences = reductions.holds_sequences(model)
    X = reductions.reduced(x, reductions.default(x, sequences), sequences)
    X = X / X.detach().abs().amax().clamp_min(torch.finfo(X.dtype).tiny)  # no square under- or overflows
    gram = X @ X.mT if len(X) <= X.shape[1] else X.mT @ X
    norm = torch.linalg.matrix_norm(gram) / X.square().sum()
    return norm if objective == "norm" else norm.square()


def _descend(
    model: nn.Module,
    batches: list[Any],
    state: Callable[[Any], Tensor],
    objective: Objective,
    steps: int,
    step_size: float,
) -> tuple[int, str]:
    """Gradient steps on one state: how many were taken, and why no more."""
    weights = [w for w in model.parameters() if w.ndim >= 2 and w.requires_grad and w.is_floating_point()]
    if not weights:
        raise UserError("the model has no weight to change: all are frozen")
    length, history = step_size, []
    for number in range(steps):
        batch = batches[number % len(batches)]
        with torch.enable_grad():
            loss = _collapse(model, state(batch), objective)
            if not loss.requires_grad or not torch.isfinite(loss):
                raise UserError("the state is zero, not finite, or depends on no weight: there is no rank to raise")
            gradients = torch.autograd.grad(loss, weights, allow_unused=True)
        used = [(weight, gradient) for weight, gradient in zip(weights, gradients, strict=True) if gradient is not None]
        gained = None
        while gained is None and length > SHORTEST * step_size:
            with torch.no_grad():
                gained = _step(used, length, lambda: _collapse(model, state(batch), objective), loss)  # noqa: B023
            length = length / 2 if gained is None else min(1.2 * length, step_size)
        if gained is None:
            return number, "no step gains"
        history.append(gained)
        if (
            len(history) > PATIENCE * len(batches)
            and history[-1] > (1 - LEAST_GAIN) * history[-1 - PATIENCE * len(batches)]
        ):
            return number + 1, "gains are small"
    return steps, "steps are used up"


def _step(
    used: list[tuple[Tensor, Tensor]], length: float, objective: Callable[[], Tensor], before: Tensor
) -> float | None:
    """One step, taken back if it does not lower the objective, or if it is interrupted; the objective after it."""
    norms = [
        torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(pair[k]) for pair in used])) for k in (0, 1)
    ]
    if not (norms[1] > 0 and torch.isfinite(norms[1])):
        return None
    saved = [weight.detach().clone() for weight, _ in used]
    after = math.inf
    try:
        for weight, gradient in used:
            weight -= length * norms[0] / norms[1] * gradient
        after = objective().item()
    finally:
        if not after < before.item():
            for (weight, _), value in zip(used, saved, strict=True):
                weight.copy_(value)
    return after if after < before.item() else None


def rescale(model: nn.Module, batches: Any) -> Report:
    """Give the output of every linear layer the root mean square one: layer-sequential unit variance.

    As Mishkin & Matas (2016), but weights keep their directions: weight and bias of a layer are divided by the scale
    of its output, in the order in which layers run, within one pass of the first batch. Without biases and
    normalization this changes no measure of rank in a network of ReLUs. Buffers, gradients, modes and random state are
    left as they are. If it is interrupted, some layers are rescaled and some are not.

    Args:
        model: changed in place.
        batches: a tensor, or a list of what the model takes. The first one sets the scales.

    Returns:
        Scale of the output of each layer, before and after, as the root of the mean square over all batches.

    Raises:
        UserError: the model calls no linear layer or convolution.
    """
    given = listed(batches)
    before = _scales(model, given)
    left: dict[str, str] = {}
    seen: dict[int, str] = {}
    with kept(model), ExitStack() as stack, torch.no_grad():
        for path, module in model.named_modules():
            if is_linear(module):
                stack.callback(module.register_forward_hook(partial(_divide, path, seen, left)).remove)
        call(model, given[0])
    after = _scales(model, given)
    never = [path for path, module in model.named_modules() if is_linear(module) and path not in before]
    left |= dict.fromkeys(never, "it is not called as a module")
    rows = [{"path": path, "scale_before": before[path], "scale_after": after[path]} for path in before]
    return Report(pd.DataFrame(rows), [f"{path} was left alone: {why}." for path, why in left.items()])


def _scales(model: nn.Module, batches: list[Any]) -> dict[str, float]:
    """Scale of the first output of each linear layer, over all batches."""
    squares: dict[str, list[float]] = {}
    for batch in batches:
        for path, x in linear_outputs(model, batch).items():
            squares.setdefault(path, []).append(x.double().square().mean().item())
    return {path: math.sqrt(sum(values) / len(values)) for path, values in squares.items()}


def _divide(
    path: str, seen: dict[int, str], left: dict[str, str], module: nn.Module, args: tuple, output: Tensor
) -> Any:
    """A hook that divides a layer by the scale of its output, and hands the divided output on."""
    weight = module._parameters.get("weight")
    scale = output.double().square().mean().sqrt().item()
    if weight is None:
        left[path] = "its weight is computed from others (a parametrization)"
    elif id(weight) in seen:
        if seen[id(weight)] != path:
            left[path] = f"it shares its weight with {seen[id(weight)]}"
    elif not weight.requires_grad:
        left[path] = "it is frozen"
    elif not 0 < scale < math.inf:
        left[path] = f"its output has scale {scale:g}"
    else:
        seen[id(weight)] = path
        for parameter in module.parameters(recurse=False):
            parameter /= scale
        return output / scale
    return None
