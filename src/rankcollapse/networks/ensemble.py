"""What the trainer, pre-training and measurements ask of an ensemble of networks, whatever its architecture."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol, Self

import torch
from torch import Tensor


class Backpropagation(Protocol):
    """A forward pass, and the step that the backward pass takes."""

    def forward(self, X: Tensor) -> Tensor:
        """The state of a batch `(E, N, ...)` for each member, `(E, d, N)`."""

    def descend(self, G: Tensor) -> None:
        """Add to the parameters what `G` gives: the gradient in that state times minus the step sizes."""


class Ensemble(Protocol):
    """`E` networks of one architecture, their parameters stacked; a network of your own inherits from this.

    What has no code here is for it to define. Members do not mix: what one computes does not depend on the others.
    """

    @property
    def members(self) -> int:
        """Networks `E` in the ensemble."""
        return len(self.parameters()[0])

    @property
    @abstractmethod
    def depth(self) -> int:
        """Hidden states of the network."""

    @property
    @abstractmethod
    def at_once(self) -> int:
        """Members that are stepped together."""

    @abstractmethod
    def parameters(self, hidden: int | None = None) -> list[Tensor]:
        """All parameter tensors, each `(E, ...)`; with `hidden`, those up to that hidden state only.

        The last two are weight and bias of the linear classifier, `(E, classes, d)` and `(E, classes, 1)`.
        """

    @abstractmethod
    def weights(self, hidden: int) -> list[Tensor]:
        """The weights up to that hidden state, without biases, gains and shifts: what pre-training changes."""

    @abstractmethod
    def hidden_states(self, X: Tensor) -> Iterator[Tensor]:
        """The hidden states, `(E, d, N)` each, of a batch `(E, N, ...)` for each member."""

    def hidden_state(self, X: Tensor, number: int) -> Tensor:
        """The hidden state of that number, counted from 1, `(E, d, N)`."""
        return next(islice(self.hidden_states(X), number - 1, None))

    def logits(self, X: Tensor) -> Tensor:
        """Class scores `(E, classes, N)` of a batch `X` of shape `(E, N, ...)`."""
        weight, bias = self.parameters()[-2:]
        return torch.baddbmm(bias, weight, self.hidden_state(X, self.depth))

    def backpropagation(self, buffers: dict, hidden: int | None = None) -> Backpropagation | None:
        """A backward pass that takes steps of plain gradient descent by itself; None for autograd's.

        From the hidden state of that number it changes `weights(hidden)`, from the class scores all parameters. The
        buffers are memory that networks share which are stepped one after another.
        """
        return None

    @abstractmethod
    def mapped(self, change: Callable[[Tensor], Tensor]) -> Self:
        """The same network with each parameter tensor changed."""

    def parts(self, size: int) -> list[tuple[slice, Self]]:
        """The members in groups of at most `size`, as networks that share this one's memory."""
        groups = [slice(start, start + size) for start in range(0, self.members, size)]
        return [(group, self.mapped(lambda p, group=group: p.detach()[group].requires_grad_())) for group in groups]

    def select(self, members: list[int]) -> Self:
        """Copies of some members, in the order given; one may be named several times."""
        return self.mapped(lambda p: p[members])
