"""SGD and Adam for ensembles, and steps that are recorded once and replayed on CUDA."""

from collections.abc import Callable

import torch
from torch import Tensor

from rankcollapse.networks.ensemble import Ensemble
from rankcollapse.theory.terms import OptimizerKind, Precision


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


class Descent:
    """Steps of an ensemble against the gradient of an objective."""

    def __init__(
        self,
        network: Ensemble,
        step_sizes: Tensor,
        buffers: dict,
        kind: OptimizerKind = "sgd",
        *,
        hidden: int | None = None,
        precision: Precision = "float32",
    ):
        """Steps of all members of a network, in place.

        Args:
            network: an ensemble of `E` members.
            step_sizes: `(E,)`.
            buffers: memory that it shares with others that step before or after it.
            kind: of optimizer.
            hidden: the number of the hidden state whose objective is made small, by steps in the weights below it; None
                for the class scores, and steps in all parameters.
            precision: of the products; `bfloat16` is mixed precision with float32 parameters.
        """
        self.network, self.hidden, self.step_sizes, self.precision = network, hidden, step_sizes, precision
        parameters = network.parameters() if hidden is None else network.weights(hidden)
        self.optimizer = Optimizer(kind, parameters, step_sizes)
        by_itself = kind == "sgd" and precision == "float32"
        self.backpropagation = network.backpropagation(buffers, hidden) if by_itself else None

    def __call__(self, X: Tensor, objective: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor]:
        """One step of all members.

        Args:
            X: a batch for each member, `(E, N, ...)`.
            objective: of a state `(E, d, N)`, one number for each member, `(E,)`.

        Returns:
            The state and the objective before the step, without gradients.
        """
        if self.backpropagation is None:
            state = self._state(X)
            values = objective(state)
            self.optimizer.step(torch.autograd.grad(values.sum(), self.optimizer.parameters))  # members do not mix
        else:
            state = self.backpropagation.forward(X).detach().requires_grad_()
            values = objective(state)
            (gradient,) = torch.autograd.grad(values.sum(), state)
            self.backpropagation.descend(gradient * -self.step_sizes.view(-1, 1, 1))
        return state.detach(), values.detach()

    def _state(self, X: Tensor) -> Tensor:
        """The state that the objective judges, for autograd."""
        mixed = self.precision == "bfloat16"
        with torch.autocast(X.device.type, torch.bfloat16, enabled=mixed, cache_enabled=False):
            state = self.network.logits(X) if self.hidden is None else self.network.hidden_state(X, self.hidden)
        return state.float() if mixed else state

    def tensors(self) -> list[Tensor]:
        """All that changes in a step, parameters included."""
        return self.optimizer.tensors()


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
