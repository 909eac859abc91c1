"""The layers of a model that are linear in their weights, in the order in which they run, and its state kept."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from rankcollapse.errors import UserError
from rankcollapse.probe.modules import call, refuse
from rankcollapse.probe.null import seeded

LINEAR = (nn.Linear, _ConvNd)


def is_linear(module: nn.Module) -> bool:
    """Whether the output of a module is linear in its `weight` and `bias` together."""
    return isinstance(module, LINEAR) or type(module).__name__ == "Conv1D"  # the linear layer of GPT-2 in transformers


def listed(batches: Any) -> list[Any]:
    """The batches as a list: one tensor or mapping is one batch; of an endless iterator the first hundred are taken.

    Raises:
        UserError: there is none.
    """
    if isinstance(batches, Tensor | Mapping):
        return [batches]
    found = list(itertools.islice(batches, 100)) if isinstance(batches, Iterable) else []
    if not found:
        raise UserError("expected batches: a tensor, or a list of what the model takes, e.g. [x for x, _ in loader]")
    return found


@contextmanager
def kept(model: nn.Module) -> Iterator[None]:
    """Buffers and random state are, after the block, what they were before: running statistics, dropout.

    Raises:
        UserError: the model is one that hooks cannot look into.
    """
    refuse(model)
    buffers = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
    with seeded(0):
        try:
            yield
        finally:
            with torch.no_grad():
                for buffer, value in buffers:
                    buffer.copy_(value)


def linear_outputs(model: nn.Module, batch: Any) -> dict[str, Tensor]:
    """The first output of each linear layer that is called, by path, in the order of the calls.

    Raises:
        UserError: there is none.
    """
    found: dict[str, Tensor] = {}
    with ExitStack() as stack, torch.no_grad(), kept(model):
        for path, module in model.named_modules():
            if is_linear(module):
                keep = _Keep(path, found)
                stack.callback(module.register_forward_hook(keep).remove)
        call(model, batch)
    if not found:
        raise UserError("the model calls no linear layer or convolution: there are no weights to work on")
    return found


class _Keep:
    """A hook that keeps the first output of a module."""

    def __init__(self, path: str, found: dict[str, Tensor]) -> None:
        self.path, self.found = path, found

    def __call__(self, module: nn.Module, args: tuple, output: Tensor) -> None:
        self.found.setdefault(self.path, output.detach())
