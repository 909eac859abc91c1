"""The study of rounding: by how much other kernels move what claims rest on, and whether a verdict changes."""

from pathlib import Path

import numpy as np
from pydantic import ValidationError
from scipy import stats

from rankcollapse.claims.records import Condition, Verdict
from rankcollapse.claims.statements import Entry
from rankcollapse.errors import UserError
from rankcollapse.storage.files import read_json, write_json


class Moved(Entry):
    """One condition of a claim under other roundings of the same computation."""

    claim: str
    """id"""
    quantity: str
    """of the condition"""
    estimates: dict[str, float]
    """by treatment"""
    default: Condition
    """without any treatment"""

    @property
    def covered(self) -> list[bool]:
        """For each treatment whether its estimate is in the default's 95% interval."""
        _, low, high, _ = self.default.interval
        return [low <= estimate <= high for estimate in self.estimates.values()]

    @property
    def moves(self) -> float:
        """How far another rounding is expected to move the estimate: in 95% of cases by no more.

        Changes are taken to be normal about zero, with the mean square of those that were seen (Student's t).
        """
        changes = np.array(list(self.estimates.values())) - self.default.estimate
        return float(stats.t.ppf(0.975, len(changes)) * np.sqrt((changes**2).mean()))


class Rounding(Entry):
    """The study of rounding: what the same cells give under other kernels, or from weights moved by the least step."""

    commit: str | None
    """of the source that was at work, and whether it was clean"""
    clean: bool | None
    processor: str
    instructions: str
    """vector instructions for which torch chose its kernels without a treatment"""
    kernels: str
    """libraries of torch's products"""
    treatments: dict[str, str]
    """by name, what was done"""
    conditions: list[Moved]
    verdicts: dict[str, dict[str, Verdict]]
    """of each claim under the default and every treatment"""

    def moves(self, claim: str, quantity: str | None) -> float:
        """How far rounding moves a quantity; zero for one that was not studied."""
        of = [each.moves for each in self.conditions if (each.claim, each.quantity) == (claim, quantity)]
        return max(of, default=0.0)

    @classmethod
    def read(cls, path: Path) -> "Rounding":
        """Read a study.

        Raises:
            UserError: the file holds something else.
        """
        try:
            return cls.model_validate(read_json(path))
        except ValidationError:
            raise UserError(f"{path} is not a study of rounding of this version; renew it") from None

    def write(self, path: Path) -> None:
        """Write the study as JSON, whole or not at all."""
        write_json(path, self.model_dump())
