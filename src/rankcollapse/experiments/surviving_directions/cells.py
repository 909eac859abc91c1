"""The cells of the number of directions that survive."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.columns import EXPONENT
from rankcollapse.experiments.parameters import Gamma, Parameters, SpectrumLayers
from rankcollapse.theory.terms import WeightLaw

FamilyWidth = Annotated[int, Field(ge=4)]


class WithChains(Parameters):
    """Random networks whose exponents have errors by what they differ by."""

    chains: Annotated[int, Field(ge=4)]
    """random networks"""


class FamilyParameters(Parameters):
    """What networks that differ in width only have in common."""

    gamma: Gamma
    weights: WeightLaw
    """law of the weights"""
    normalization: Literal["scale", "full"]
    """scale-only or full (centred) BN"""
    layers: SpectrumLayers
    """depth over which growth is averaged"""


class SpectrumCell(FamilyParameters, WithChains, Cell):
    """Leading Lyapunov exponents of linear BN networks of one family and width."""

    COMPUTED_BY: ClassVar = "spectrum"
    CONSTANTS: ClassVar = ("gamma", "weights", "normalization", "width", "layers")
    COLUMNS: ClassVar = EXPONENT

    width: FamilyWidth
    """units of every layer"""
