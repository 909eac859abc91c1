"""How the training of an ensemble ended, as rows of a frame."""

import math

from rankcollapse.networks.ensemble import Ensemble
from rankcollapse.training.data import Data
from rankcollapse.training.step_size import Member, Row
from rankcollapse.training.trainer import evaluate


def outcomes(network: Ensemble, data: Data, batch_size: int) -> list[Row]:
    """For every member its loss and accuracy over its whole training set; the loss is None if it is not finite."""
    losses, accuracies = (values.tolist() for values in evaluate(network, data, batch_size))
    return [
        {"final_loss": loss if math.isfinite(loss) else None, "final_accuracy": accuracy}
        for loss, accuracy in zip(losses, accuracies, strict=True)
    ]


def with_outcomes(history: list[Row], members: list[Member], ends: list[Row], last: int) -> list[Row]:
    """The history of a training: the member of each row in words, and in the rows of the last step how it ended."""
    return [
        {name: value for name, value in row.items() if name != "member"}
        | members[row["member"]]._asdict()
        | (ends[row["member"]] if row["step"] == last else dict.fromkeys(ends[row["member"]]))
        for row in history
    ]
