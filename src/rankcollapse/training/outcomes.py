"""How the training of an ensemble ended, as rows of a frame."""

import math

from rankcollapse.training.contest import Member, Row
from rankcollapse.training.data import Data
from rankcollapse.training.history import HISTORY
from rankcollapse.training.trainer import Trained, evaluate

NO_OUTCOME = {"final_loss": None, "final_accuracy": None}


def outcomes(trained: Trained, data: Data, batch_size: int) -> list[Row]:
    """Loss and accuracy over its whole training set of every member that was trained to the end.

    The loss is None if it is not finite.

    Args:
        trained: what the training left.
        data: that of the ensemble that began.
        batch_size: samples in a batch of the evaluation.
    """
    losses, accuracies = evaluate(trained.network, data.members(trained.members), batch_size)
    return [
        {"final_loss": loss if math.isfinite(loss) else None, "final_accuracy": accuracy}
        for loss, accuracy in zip(losses.tolist(), accuracies.tolist(), strict=True)
    ]


def tried(trained: Trained, members: list[Member]) -> list[Row]:
    """A row for each step size that a network did not take: when it was dropped, and the loss that decided."""
    return [
        members[member]._asdict()
        | {"phase": "search", "step": step, "loss": loss if math.isfinite(loss) else None}
        | {"diverged": not math.isfinite(loss)}
        | NO_OUTCOME
        for member, step, loss in trained.dropped
    ]


def ended(trained: Trained, members: list[Member], ends: list[Row], steps: int) -> list[Row]:
    """A row for each network with the step size that it took: how it ended, after so many steps."""
    return [
        members[member]._asdict()
        | {"phase": "final", "step": steps, "loss": None, "diverged": end["final_loss"] is None}
        | end
        for member, end in zip(trained.members, ends, strict=True)
    ]


def course(trained: Trained, members: list[Member], data: Data, batch_size: int) -> list[Row]:
    """The rows of `tried`, then the history of the others, in the rows of its last step how they ended.

    Args:
        trained: what the training left, `trained.history` up to the last step.
        members: what the members of the ensemble that began are.
        data: what they learned.
        batch_size: samples in a batch of the evaluation.
    """
    ends = dict(zip(trained.members, outcomes(trained, data, batch_size), strict=True))
    last = max(row["step"] for row in trained.history)
    final = [
        {name: row[name] for name in HISTORY}
        | members[row["member"]]._asdict()
        | {"phase": "final"}
        | (ends[row["member"]] if row["step"] == last else NO_OUTCOME)
        for row in trained.history
    ]
    return [dict.fromkeys(HISTORY) | row for row in tried(trained, members)] + final
