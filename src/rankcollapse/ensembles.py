"""What the trainer, pre-training and measurements ask of an ensemble of networks, whatever its architecture."""

from collections.abc import Iterator
from typing import Protocol, Self

from torch import Tensor


class Ensemble(Protocol):
    """`E` networks of one architecture, their parameters stacked; a network of your own needs these.

    Members do not mix: what one computes does not depend on the others.
    """

    @property
    def members(self) -> int:
        """Networks `E` in the ensemble."""

    @property
    def depth(self) -> int:
        """Hidden states of the network."""

    @property
    def at_once(self) -> int:
        """Members that are stepped together."""

    def parameters(self, hidden: int | None = None) -> list[Tensor]:
        """All parameter tensors, each `(E, ...)`; with `hidden`, those up to that hidden state only."""

    def weights(self, hidden: int) -> list[Tensor]:
        """The weights up to that hidden state, without biases, gains and shifts: what pre-training changes."""

    def hidden_states(self, X: Tensor) -> Iterator[Tensor]:
        """The hidden states, `(E, d, N)` each, of a batch `(E, N, ...)` for each member."""

    def hidden_state(self, X: Tensor, number: int) -> Tensor:
        """The hidden state of that number, counted from 1, `(E, d, N)`."""

    def logits(self, X: Tensor) -> Tensor:
        """Class scores `(E, classes, N)`."""

    def parts(self, size: int) -> list[tuple[slice, Self]]:
        """The members in groups of at most `size`, as networks that share this one's memory."""

    def select(self, members: list[int]) -> Self:
        """Copies of some members, in the order given; one may be named several times."""
