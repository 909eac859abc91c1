"""Settings of the laws and the cells they stand for."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from rankcollapse.experiments.base import Grid, Section
from rankcollapse.experiments.laws.cells import LawCell, LawParameters


class LawsSettings(Section):
    """F1 to F8: laws on random networks that others derived since the paper."""

    FRAMES: ClassVar = {"chain": LawCell}

    each: Annotated[list[LawParameters], Field(min_length=1)]
    """the laws"""

    @model_validator(mode="after")
    def _each_law_once(self) -> Self:
        laws = [law.law for law in self.each]
        if twice := [law for law in laws if laws.count(law) > 1]:
            raise ValueError(f"each names {twice[0]} twice; give it once, with all its sizes")
        return self

    def grids(self) -> dict[str, Grid]:
        """One cell a law."""
        axes, together = [law.model_dump() for law in self.each], ("chains", "sizes", "layers")
        return {"chain": Grid("chains", LawCell, axes, (), memory=5000, together=together)}
