"""Settings of the gallery and the cells they stand for."""

from typing import Annotated, ClassVar

from pydantic import Field

from rankcollapse.experiments.base import Grid, Section
from rankcollapse.experiments.gallery.cells import PARTS, GalleryCell, GalleryParameters, Language, Vision, variants
from rankcollapse.experiments.parameters import Distinct, Parameters, Seeds


class OthersSettings(Parameters):
    """Architectures that others wrote, in their published sizes, as the package transformers initializes them."""

    architectures: Annotated[list[Vision | Language], Field(min_length=1), Distinct]
    """their names"""
    seeds: Seeds
    """random networks of each"""


class GallerySettings(GalleryParameters, Section):
    """E9 to E11: where rank is lost in MLPs, recurrent, convolutional and attention networks, ours and others'."""

    FRAMES: ClassVar = {"states": GalleryCell}

    seeds: Seeds
    """random networks of each of our architectures"""
    others: OthersSettings

    def grids(self) -> dict[str, Grid]:
        """One job a family; transformers is imported for those of others only."""
        axes = [
            {"family": family, "variant": variant, "seeds": self.seeds} for family in PARTS for variant in PARTS[family]
        ]
        axes += [
            {"family": family, "variant": variant, "seeds": self.others.seeds}
            for family in ("vision", "language")
            for variant in variants(family)
            if variant in self.others.architectures
        ]
        together = ("variant", "seeds")
        return {"states": Grid("rank_at_initialization", GalleryCell, axes, (self,), memory=4000, together=together)}
