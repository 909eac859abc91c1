"""The cells of the gallery: one an architecture."""

from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import Field, model_validator

from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.parameters import Multiplier, Parameters, Seeds

Vision = Literal["resnet50", "convnext", "swin", "vit"]
Language = Literal["bert", "gpt2", "t5", "mamba"]
Family = Literal["mlp", "recurrent", "vgg", "resnet", "encoder", "decoder", "vision", "language"]
ATTENTION = {
    "plain": (),
    "no_skip": ("norm", "mlp"),
    "no_norm": ("skip", "mlp"),
    "no_mlps": ("skip", "norm"),
    "full": ("skip", "norm", "mlp"),
}
LAYERS = {"plain": (), "skip": ("skip",), "norm": ("norm",), "full": ("skip", "norm")}
PARTS: dict[str, dict[str, tuple[str, ...]]] = {  # of our families: the parts of each variant
    "mlp": LAYERS | {"layer_norm": ("layer_norm",)},
    "recurrent": LAYERS,
    "vgg": {"plain": (), "full": ("norm",)},
    "resnet": LAYERS,
    "encoder": ATTENTION,
    "decoder": ATTENTION,
}
Layers = Annotated[int, Field(ge=1, le=200)]  # scale grows by √2 a layer beside skip connections alone
Samples = Annotated[int, Field(ge=2, le=256)]  # rank is measured on all of them up to so many


class GalleryParameters(Parameters):
    """What the networks of the gallery are made of, and measured on."""

    samples: Samples
    """N: images in a batch, or tokens of a sequence; ViT and Swin cut one image into as many as it has"""
    width: Annotated[int, Field(ge=4, multiple_of=4)]
    """units of MLPs and recurrent networks; dimension of tokens, which have four heads"""
    layers: Layers
    """layers of MLPs, steps of recurrent networks"""
    blocks: Layers
    """blocks of encoders and decoders"""
    channels: Multiplier
    """multiplier of the channels of VGG-19 and ResNet-34, 1 for the published networks"""


class GalleryCell(GalleryParameters, Cell):
    """One architecture, on several random seeds."""

    COMPUTED_BY: ClassVar = "states"
    CONSTANTS: ClassVar = ("family", "variant")
    COLUMNS: ClassVar = {
        "seed": "number of the random network and of its input",
        "step": "blocks before the measured state; 0 is what enters the first one",
        "depth": "step over that of the last hidden state",
        "columns": "images or tokens that the state is measured on, N; drawn ones if there are more than 256",
        "units": "numbers d in the state of one of them",
        "numerical_rank": "singular values of the state (d, N) above σ_max·max(d, N)·eps, float32",
        "participation_ratio": "(Tr M)² / ‖M‖_F² of the state (d, N)",
        "centred_participation_ratio": "the same of the state less the mean of its columns; of rounding only where "
        "columns are equal up to that",
        "mean_cosine": "mean cosine of two columns",
        "scale": "root mean square of all entries of the state",
    }

    family: Family
    """kind of architecture; `vision` and `language` are those that others wrote"""
    variant: str
    """which one: those parts that it has (full: all), or the name of one that others wrote"""
    seeds: Seeds
    """random networks of each architecture"""

    @model_validator(mode="after")
    def _exists(self) -> Self:
        if self.variant not in variants(self.family):
            raise ValueError(f"{self.family} has the variants {', '.join(variants(self.family))}, not {self.variant}")
        return self


def variants(family: str) -> list[str]:
    """The architectures of a family."""
    by_others = {"vision": get_args(Vision), "language": get_args(Language)}
    return list(by_others.get(family) or PARTS[family])
