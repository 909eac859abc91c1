"""SGD and Adam for ensembles, and steps that are recorded once and replayed on CUDA."""

from collections.abc import Callable

import torch
from torch import Tensor

from rankcollapse.theory.terms import OptimizerKind


class Optimizer:
    """SGD or Adam, in place, with a step size for each member."""

    def __init__(self, kind: OptimizerKind, parameters: list[Tensor], step_sizes: Tensor):
        """An optimizer.

        Args:
            kind: plain SGD, or Adam with PyTorch's default moments.
            parameters: tensors `(E, ...)`.
            step_sizes: `(E,)`.
        """
        self.kind, self.parameters = kind, parameters
        self.rates = [step_sizes.view(-1, *[1] * (p.ndim - 1)) for p in parameters]
        moments = parameters if kind == "adam" else []
        self.first, self.second = ([torch.zeros_like(p) for p in moments] for _ in range(2))
        self.time = torch.zeros((), device=step_sizes.device)  # a tensor, so that a CUDA graph can count

    @torch.no_grad()
    def step(self, gradients: tuple[Tensor, ...]) -> None:
        """One step of all members."""
        self.time += 1
        for number, (parameter, gradient, rate) in enumerate(zip(self.parameters, gradients, self.rates, strict=True)):
            if self.kind == "sgd":
                parameter.addcmul_(rate, gradient, value=-1)
                continue
            first = self.first[number].lerp_(gradient, 0.1)
            second = self.second[number].lerp_(gradient.square(), 0.001)
            scale = (second / (1 - 0.999**self.time)).sqrt_().add_(1e-8)
            parameter.addcmul_(rate / (1 - 0.9**self.time), first / scale, value=-1)

    def tensors(self) -> list[Tensor]:
        """All that changes in a step, parameters included."""
        return [*self.parameters, *self.first, *self.second, self.time]


def restore(tensors: list[Tensor], saved: list[Tensor]) -> None:
    """Copy saved values into tensors in place."""
    with torch.no_grad():
        for tensor, value in zip(tensors, saved, strict=True):
            tensor.copy_(value)


class Recorded:
    """A step recorded as a CUDA graph that one launch replays."""

    def __init__(self, step: Callable[[], None], state: list[Tensor]):
        """Record a step; arguments are those of `repeated`."""
        self.reads_and_writes = (step, state)  # must live as long as the graph does
        before = [tensor.detach().clone() for tensor in state]
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):  # lets the libraries make their workspaces, which cannot be recorded
                step()
        torch.cuda.current_stream().wait_stream(side)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            step()
        restore(state, before)

    def __call__(self) -> None:
        """Replay the step."""
        self.graph.replay()


def repeated(step: Callable[[], None], state: list[Tensor]) -> Callable[[], None]:
    """A step that is called many times: on CUDA, recorded as a graph.

    Args:
        step: reads and writes the same tensors at every call, and does not wait for the device.
        state: the tensors that it changes; recording leaves them as they are.
    """
    return Recorded(step, state) if state[0].device.type == "cuda" else step
