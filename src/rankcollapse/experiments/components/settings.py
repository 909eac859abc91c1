"""Settings of Figure 5 and the cells they stand for."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from rankcollapse.datasets.catalogue import find
from rankcollapse.experiments.base import DataSetName, Grid, Settings, product
from rankcollapse.parameters import (
    Architectures,
    BatchSize,
    Count,
    Multiplier,
    Normalizations,
    Precision,
    Seeds,
    Starts,
    StepSize,
    StepSizes,
    Tau,
)

IMAGE, NETWORK = 55, 100  # MB at width 1: states and gradients of ResNet-50 for an image, parameters of a network


class BlocksSettings(Settings):
    """Rank after every block at initialization; one cell an architecture, all variants in it."""

    architectures: Architectures
    """networks"""
    normalizations: Normalizations
    """what stands before every ReLU; `weight` normalizes the weights instead; `group` takes eight channels, or all of a
    layer where eight do not divide them"""
    initializations: Starts
    """laws of the weights; `pretrained` is for VGG without normalization, and left out for the others"""


class DepthsSettings(Settings):
    """Rank after every block at initialization in networks of growing depth; one cell an architecture."""

    architectures: Architectures
    """networks"""
    normalizations: Normalizations
    """what stands before every ReLU"""


class FamilySettings(Settings):
    """Networks that are trained: every normalization with every initialization."""

    architectures: Architectures
    """networks"""
    normalizations: Normalizations
    """what stands before every ReLU"""
    initializations: Starts
    """laws of the weights"""


class TrainingSettings(Settings):
    """Training; one cell for each architecture, normalization and initialization, or several with some seeds each."""

    families: Annotated[list[FamilySettings], Field(min_length=1)]
    """networks that are trained"""
    samples: Count
    """training images, drawn anew for every network"""
    batch_size: BatchSize
    """samples in a step"""
    epochs: Count
    """passes over the training images"""
    augmentation: bool
    """whether images are moved by up to 4 pixels and mirrored at random"""
    precision: Precision
    """of the products in the steps; `bfloat16` is mixed precision"""
    step_sizes: StepSizes
    """grid from which the SGD step size of every variant is chosen by final training loss"""
    search_epochs: Count
    """passes over the training images in the search"""
    search_seeds: Count
    """networks trained with every step size of the grid, on seeds of their own"""
    seeds: Seeds
    """networks trained with the step size that the search chose"""
    seeds_a_cell: Count | None = None
    """networks that one job trains, after the search, which each repeats; all if left out. It changes no row"""
    measurements: Count
    """times at which loss and rank are recorded, evenly over the training"""
    tau: Tau
    """threshold of the soft rank"""


class PretrainingSettings(Settings):
    """Pre-training by rank, from He's initialization, on one batch."""

    every: Annotated[int, Field(ge=1, le=8)]
    """it raises the rank after every so many-th block; VGG-11 has 8"""
    steps: Count
    """gradient steps at each of these blocks"""
    step_size: StepSize
    """size of a step"""


class ComponentsSettings(Settings):
    """Figure 5: components of BN, other normalizations and skip connections in convolutional networks."""

    dataset: DataSetName
    """data set of the catalogue; images of 28×28 are padded to 32×32"""
    vgg_width: Multiplier
    """multiplier of the channels of every layer of VGGs, 1 for the published networks"""
    resnet_width: Multiplier
    """the same for residual networks"""
    batch_size: BatchSize
    """samples in the batch on which rank is measured, and of pre-training"""
    seeds: Seeds
    """random networks whose rank is measured at initialization"""
    blocks: BlocksSettings
    depths: DepthsSettings
    pretraining: PretrainingSettings
    training: TrainingSettings

    @model_validator(mode="after")
    def _networks_differ(self) -> Self:
        cells = [tuple(cell.values()) for cell in self._trained()]
        if twice := {cell for cell in cells if cells.count(cell) > 1}:
            raise ValueError(f"training.families name a network twice: {' '.join(map(str, twice.pop()))}")
        for architecture, _, normalization, initialization in cells:
            if initialization == "pretrained" and (normalization != "none" or not architecture.startswith("vgg")):
                raise ValueError(f"training.families: pretrained is for VGG without normalization, not {architecture}")
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

    def _width(self, architecture: str) -> float:
        return self.vgg_width if architecture.startswith("vgg") else self.resnet_width

    def _trained(self) -> list[dict[str, Any]]:
        return [
            {"architecture": cell["architecture"], "width": self._width(cell["architecture"])} | cell
            for family in self.training.families
            for cell in product(
                architecture=family.architectures,
                normalization=family.normalizations,
                initialization=family.initializations,
            )
        ]

    def _memory(self, batch: int, members: int) -> int:
        """MB that a cell takes at most: torch, the images three times, a batch, parameters and gradients."""
        pixels = find(self.dataset).samples["train"] * find(self.dataset).shape[0] * 32 * 32 * 4 / 1e6
        width = max(self.vgg_width, self.resnet_width)
        return round(700 + 3 * pixels + width * batch * IMAGE + width**2 * (members + 4) * NETWORK)

    def grids(self) -> dict[str, Grid]:
        """The frames of this experiment, each computed by the module of that name."""
        shared = {"dataset": self.dataset, "probe_size": self.batch_size}
        lifting = {f"pretraining_{name}": value for name, value in self.pretraining}
        blocks, depths = self.blocks.model_dump(), self.depths.model_dump()
        training = self.training.model_dump(exclude={"families", "seeds_a_cell"})
        seeds, most = self.training.seeds, self.training.seeds_a_cell or self.training.seeds
        shares = [{"first_seed": first, "seeds": min(most, seeds - first)} for first in range(0, seeds, most)]
        if len(shares) == 1:
            shares = [{}]  # cells are then named as if they could not be cut

        def at_initialization(settings: dict, together: tuple[str, ...] = ()) -> Grid:
            cells = [{"architecture": name, "width": self._width(name)} for name in settings.pop("architectures")]
            fixed = shared | lifting | {"seeds": self.seeds} | settings
            memory = self._memory(self.batch_size, self.seeds)
            return Grid("rank_at_initialization", self.dataset, cells, fixed, memory, together)

        return {
            "blocks": at_initialization(blocks),
            "depths": at_initialization(depths | {"initializations": ["torch_default"]}, ("architecture",)),
            "training": Grid(
                stage="training",
                dataset=self.dataset,
                cells=[cell | share for cell in self._trained() for share in shares],
                fixed=shared | lifting | training,
                memory=self._memory(max(self.batch_size, training["batch_size"]), min(most, seeds)),
            ),
        }
