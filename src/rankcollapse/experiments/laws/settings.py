"""Settings of the laws and the cells they stand for."""

from typing import Annotated, ClassVar

from pydantic import Field

from rankcollapse.experiments.base import Grid, Section
from rankcollapse.experiments.laws.cells import LawCell, LawParameters


class LawsSettings(Section):
    """F1 to F8: laws on random networks that others derived since the paper."""

    FRAMES: ClassVar = {"chain": LawCell}

    each: Annotated[list[LawParameters], Field(min_length=1)]
    """the laws"""

    def grids(self) -> dict[str, Grid]:
        """One cell a law."""
        axes, together = [law.model_dump() for law in self.each], ("chains", "sizes", "layers")
        return {"chain": Grid("chains", LawCell, axes, (), together=together)}
