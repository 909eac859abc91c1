"""Settings of Figure 5 and the cells they stand for."""

from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from rankcollapse.datasets.catalogue import find
from rankcollapse.experiments.base import Grid, Section, product
from rankcollapse.experiments.components import cells
from rankcollapse.experiments.parameters import Architectures, Count, Multiplier, Parameters, Seeds

IMAGE, NETWORK = 55, 100  # MB at width 1: states and gradients of ResNet-50 for an image, parameters of a network
MOST_CELLS = 1000  # of a network; the graph has a job for each


class DepthsSettings(cells.NormalizationParameters):
    """Networks at PyTorch's default initialization: every architecture with every normalization."""

    architectures: Architectures
    """networks"""


class FamilySettings(cells.VariantParameters, DepthsSettings):
    """Networks: every architecture with every normalization and every initialization."""


class TrainingSettings(cells.TrainingParameters):
    """Training; one cell for each architecture, normalization and initialization, or several with some seeds each."""

    families: Annotated[list[FamilySettings], Field(min_length=1)]
    """networks that are trained"""
    seeds: Seeds
    """networks of each variant; those of one seed have the same weights (in their law) and data in all variants"""
    seeds_a_cell: Count | None = None
    """networks that one job trains; all if left out. It changes no row"""


class LiftingSettings(Parameters):
    """Pre-training by rank, from He's initialization, on one batch."""

    every: cells.Every
    steps: cells.Steps
    step_size: cells.LiftingStep


class ComponentsSettings(cells.RankParameters, Section):
    """Figure 5: components of BN, other normalizations and skip connections in convolutional networks."""

    FRAMES: ClassVar = {"blocks": cells.BlocksCell, "depths": cells.BlocksCell, "training": cells.TrainingCell}

    vgg_width: Multiplier
    """multiplier of the channels of every layer of VGGs, 1 for the published networks"""
    resnet_width: Multiplier
    """the same for residual networks"""
    batch_size: cells.ProbeSize
    blocks: FamilySettings
    """rank after every block at initialization, one cell an architecture; networks that there are not are left out"""
    depths: DepthsSettings
    """the same in networks of growing depth"""
    pretraining: LiftingSettings
    training: TrainingSettings

    @model_validator(mode="after")
    def _networks_differ(self) -> Self:
        trained = [tuple(cell.values()) for cell in self._trained()]
        if twice := {network for network in trained if trained.count(network) > 1}:
            raise ValueError(f"training.families name a network twice: {' '.join(map(str, twice.pop()))}")
        for architecture, _, *variant in trained:
            if not cells.Variant(*variant).suits(architecture):
                raise ValueError(f"training.families: pretrained is for VGG without normalization, not {architecture}")
        return self

    @model_validator(mode="after")
    def _cells_can_be_counted(self) -> Self:
        cells_a_network = self.training.seeds // (self.training.seeds_a_cell or self.training.seeds)
        if cells_a_network > MOST_CELLS:
            raise ValueError(f"training.seeds and seeds_a_cell make more than {MOST_CELLS} cells a network; use fewer")
        return self

    @model_validator(mode="after")
    def _batches_fit(self) -> Self:
        samples, available = self.training.samples, find(self.dataset).samples["train"]
        for name, size, most in (
            ("training.samples", samples, available),
            ("training.batch_size", self.training.batch_size, samples),
            ("batch_size", self.batch_size, samples),
        ):
            if size > most:
                raise ValueError(f"{name} is {size}; there are {most} images, use at most that")
        return self

    def _of_width(self, architectures: list[str]) -> list[dict[str, Any]]:
        widths = {True: self.vgg_width, False: self.resnet_width}
        return [{"architecture": name, "width": widths[name.startswith("vgg")]} for name in architectures]

    def _trained(self) -> list[dict[str, Any]]:
        return [
            network | variant
            for family in self.training.families
            for network in self._of_width(family.architectures)
            for variant in product(normalization=family.normalizations, initialization=family.initializations)
        ]

    def _memory(self, batch: int, members: int) -> int:
        """MB that a cell takes at most: torch, the images three times, a batch, parameters and gradients."""
        pixels = find(self.dataset).samples["train"] * find(self.dataset).shape[0] * 32 * 32 * 4 / 1e6
        width = max(self.vgg_width, self.resnet_width)
        return round(700 + 3 * pixels + width * batch * IMAGE + width**2 * (members + 4) * NETWORK)

    def grids(self) -> dict[str, Grid]:
        """The cells of each frame."""
        renamed = {f"pretraining_{name}": value for name, value in self.pretraining} | {"probe_size": self.batch_size}

        def at_initialization(part: DepthsSettings, together: tuple[str, ...] = ()) -> Grid:
            given = ({"initializations": ["torch_default"]}, self, part, renamed)
            memory = self._memory(self.batch_size, self.seeds)
            axes = self._of_width(part.architectures)
            return Grid("rank_at_initialization", cells.BlocksCell, axes, given, memory, together)

        seeds, most = self.training.seeds, self.training.seeds_a_cell or self.training.seeds
        members = min(most, seeds) * len(self.training.step_sizes)
        shares = [{"first_seed": first, "seeds": min(most, seeds - first)} for first in range(0, seeds, most)]
        if len(shares) == 1:
            shares = [{}]  # cells are then named as if they could not be cut
        return {
            "blocks": at_initialization(self.blocks),
            "depths": at_initialization(self.depths, ("architecture",)),
            "training": Grid(
                stage="training",
                cell=cells.TrainingCell,
                axes=[cell | share for cell in self._trained() for share in shares],
                given=(self, self.training, renamed),
                memory=self._memory(max(self.batch_size, self.training.batch_size), members),
            ),
        }
