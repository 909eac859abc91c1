"""Settings of Figure 3b."""

from typing import ClassVar

from rankcollapse.experiments.base import Grid, Section
from rankcollapse.experiments.escape.cells import ChainCell, Shared


class EscapeSettings(Shared, Section):
    """Figure 3b: escape of a linear BN network from a state of rank one."""

    FRAMES: ClassVar = {"chain": ChainCell}

    def grids(self) -> dict[str, Grid]:
        """The cells of each frame."""
        return {"chain": Grid("chains", ChainCell, [{"gamma": 1.0}], (self,))}
