"""The parameters that settings and cells share: what is allowed, and what it means, is said once, here."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from rankcollapse.datasets.catalogue import catalogue
from rankcollapse.theory.terms import Architecture, Initialization, Normalization

LARGEST = 10**9


class Parameters(BaseModel):
    """Base of settings and cells: strict types, unknown keys refused, docstrings of fields are their descriptions."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    @field_validator("*")
    @classmethod
    def _can_be_counted(cls, value: Any) -> Any:
        if any(isinstance(each, int) and each > LARGEST for each in (value if isinstance(value, list) else [value])):
            raise ValueError(f"Input should be at most {LARGEST}: no run could hold more, or come to its end")
        return value


def _distinct(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError("Input should be a list without repetitions")
    return values


def _in_catalogue(name: str) -> str:
    if name not in catalogue():
        raise ValueError(f"Input should be one of the catalogue: {', '.join(catalogue())}")
    return name


DataSetName = Annotated[str, AfterValidator(_in_catalogue), Field(json_schema_extra={"enum": list(catalogue())})]
Distinct = AfterValidator(_distinct)
Count = Annotated[int, Field(ge=1)]
BatchSize = Annotated[int, Field(ge=2)]
Depth = Annotated[int, Field(ge=0)]
Depths = Annotated[list[Depth], Field(min_length=1, description="hidden-to-hidden layers `h`"), Distinct]
ComparedDepths = Annotated[
    Depths, Field(description="hidden-to-hidden layers `h`, of those whose networks are trained otherwise too")
]
StepSize = Annotated[float, Field(gt=0, allow_inf_nan=False)]
StepSizes = Annotated[list[StepSize], Field(min_length=1), Distinct]
SpectrumLayers = Annotated[int, Field(ge=20)]  # theory.lyapunov.BLOCKS: of which an error is made
Tau = Annotated[float, Field(ge=0, lt=1, description="threshold of the soft rank")]
Width = Annotated[int, Field(ge=2)]
Widths = Annotated[list[Width], Field(min_length=1), Distinct]
Seeds = Annotated[int, Field(ge=2)]  # of which an interval is made
Chains = Annotated[int, Field(ge=2, description="random networks")]
_Strength = Annotated[float, Field(gt=0, allow_inf_nan=False)] | Literal["inf"]
Gamma = Annotated[_Strength, Field(description="strength γ of the layer beside its skip connection; `inf` for none")]
Taus = Annotated[list[Tau], Field(min_length=1, description="thresholds of the soft rank"), Distinct]
Noise = Annotated[float, Field(gt=0, lt=1)]
Multiplier = Annotated[float, Field(gt=0, le=4)]  # of channels
Architectures = Annotated[list[Architecture], Field(min_length=1), Distinct]
Normalizations = Annotated[list[Normalization], Field(min_length=1), Distinct]
Start = Literal[Initialization, "pretrained"]
Starts = Annotated[list[Start], Field(min_length=1), Distinct]


class OfData(Parameters):
    """MLPs and the data that they learn, or that their rank is measured on."""

    dataset: DataSetName
    """data set of the catalogue; pixels in [0, 1]"""
    width: Count
    """units of every hidden layer"""
    batch_size: BatchSize
    """samples in a batch: for measuring rank, in pre-training, in training and in evaluation"""


class Trained(Parameters):
    """Training with a step size that each network chooses for itself."""

    epochs: Count
    """passes over the training set"""
    step_sizes: StepSizes
    """grid from which each network takes the step size with the least training loss; the worse are dropped early"""
    seeds: Count
    """networks; those of one seed have the same weights and order of data in all variants"""


class WithChains(Parameters):
    """Random networks without data."""

    chains: Chains
