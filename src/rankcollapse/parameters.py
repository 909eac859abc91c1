"""Types of the parameters that settings and cells share: what is allowed is said once, here."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field


def _distinct(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError("Input should be a list without repetitions")
    return values


Distinct = AfterValidator(_distinct)
Count = Annotated[int, Field(ge=1)]
BatchSize = Annotated[int, Field(ge=2)]
Depth = Annotated[int, Field(ge=0)]
Depths = Annotated[list[Depth], Field(min_length=1), Distinct]
StepSize = Annotated[float, Field(gt=0, allow_inf_nan=False)]
StepSizes = Annotated[list[StepSize], Field(min_length=1), Distinct]
Tau = Annotated[float, Field(ge=0, lt=1)]
Width = Annotated[int, Field(ge=2)]
Widths = Annotated[list[Width], Field(min_length=1), Distinct]
Seeds = Annotated[int, Field(ge=2)]  # of which an interval is made
Chains = Annotated[int, Field(ge=2)]
Gamma = Annotated[float, Field(gt=0, allow_inf_nan=False)] | Literal["inf"]
Taus = Annotated[list[Tau], Field(min_length=1), Distinct]
Noise = Annotated[float, Field(gt=0, lt=1)]
Activation = Literal["identity", "relu", "tanh"]
Variant = Literal["vanilla", "bn"]
Multiplier = Annotated[float, Field(gt=0, le=4)]  # of channels
Architecture = Literal[
    "vgg11", "vgg13", "vgg16", "vgg19", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152"
]  # fmt: skip
Architectures = Annotated[list[Architecture], Field(min_length=1), Distinct]
Normalization = Literal["none", "center", "scale", "full", "layer", "group", "weight"]
Normalizations = Annotated[list[Normalization], Field(min_length=1), Distinct]
Start = Literal["torch_default", "he_normal", "one_signed", "pretrained"]
Starts = Annotated[list[Start], Field(min_length=1), Distinct]
Precision = Literal["float32", "bfloat16"]
WeightLaw = Literal["gaussian", "uniform"]
