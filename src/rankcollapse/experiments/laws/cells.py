"""The cells of the laws: one a law, in three frames."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.parameters import Count, Distinct, Parameters, Width, Widths

Chains = Annotated[int, Field(ge=3, description="random networks of each kind")]
Points = Annotated[list[Count], Field(min_length=2), Distinct]
ManyWidths = Annotated[list[Width], Field(min_length=3), Distinct]

GradientLaw = Literal["F1", "F4", "F8"]
CosineLaw = Literal["F2", "F3"]
AttentionLaw = Literal["F5", "F6", "F7"]
SHARED = {
    "case": "kind of network, or quantity",
    "chain": "number of the random network",
}
PREDICTION = {
    "prediction": "of the law for this value, at infinite width; F3: for ReLU at this size of the batch, else for a "
    "large one; missing where the law gives no value"
}


class GradientParameters(Parameters):
    """Networks of F1, F4 and F8."""

    chains: Chains
    widths: ManyWidths
    """F1: units of every layer"""
    samples: Annotated[int, Field(ge=6)]
    """F1: samples `B` in the batch of linear networks"""
    relu_samples: Annotated[int, Field(ge=6)]
    """F1: samples in the batch of ReLU networks"""
    layers: Annotated[int, Field(ge=30)]
    """F1: depth"""
    square: Width
    """F4: units of every layer, and samples"""
    depths: Points
    """F4: depths, ascending, over which the gradient is followed to the first layer"""
    jacobian_width: Width
    """F8: units of every layer"""
    jacobian_samples: Width
    """F8: samples in the batch of networks with BN; without BN samples do not meet, and there is one"""
    jacobian_layers: Count
    """F8: depth"""


class GradientCell(GradientParameters, Cell):
    """One law on gradients and Jacobians."""

    COMPUTED_BY: ClassVar = "gradients"
    CONSTANTS: ClassVar = ("law",)
    COLUMNS: ClassVar = {
        **SHARED,
        "x": "F1: width; F4: depth; F8: layers above the input",
        "value": "F1: growth of the logarithm of the squared gradient, a layer; F4: decimal logarithm of the norm of "
        "the gradient in the first layer's state, from one in the last; F8: numerical rank of the Jacobian",
        **PREDICTION,
    }

    law: GradientLaw
    """F1 gradient explosion, F4 orthogonal weights, F8 rank of the Jacobian"""


class CosineParameters(Parameters):
    """Networks of F2 and F3."""

    chains: Chains
    bn_chains: Chains
    widths: Widths
    """F2: units of every layer, ascending; the largest is judged"""
    layers: Annotated[int, Field(ge=8)]
    """F2: depth"""
    bn_width: Width
    """F3: units of every layer"""
    bn_pairs: Widths
    """F3: pairs of inputs in the batch, ascending; the largest is judged"""
    bn_layers: Annotated[int, Field(ge=2)]
    """F3: depth"""
    cosine: Annotated[float, Field(gt=0, lt=1)]
    """F3: cosine of the two inputs of a pair"""


class CosineCell(CosineParameters, Cell):
    """One law on the cosine of two inputs."""

    COMPUTED_BY: ClassVar = "cosines"
    CONSTANTS: ClassVar = ("law",)
    COLUMNS: ClassVar = {
        **SHARED,
        "x": "layers above the input",
        "value": "F2: cosine of the states of two inputs; F3: the same, of states less their mean over the batch, mean "
        "over pairs",
        **PREDICTION,
    }

    law: CosineLaw
    """F2 vanilla ReLU networks, F3 networks with BN"""


class AttentionParameters(Parameters):
    """Attention of F5, F6 and F7."""

    chains: Chains
    width: Width
    """F5: dimension of a token"""
    tokens: Width
    """F5: tokens"""
    layers: Annotated[int, Field(ge=4, le=6)]
    """F5: depth; beyond six layers the distance is no double precision number"""
    skip_width: Width
    """F6: dimension of a token"""
    skip_tokens: Widths
    """F6: tokens"""
    skip_layers: Count
    """F6: depth"""
    sizes: Widths
    """F7: tokens of a random attention matrix"""


class AttentionCell(AttentionParameters, Cell):
    """One law on attention."""

    COMPUTED_BY: ClassVar = "attention"
    CONSTANTS: ClassVar = ("law",)
    COLUMNS: ClassVar = {
        **SHARED,
        "x": "F5: layers above the input; F6 and F7: tokens",
        "value": "F5: decimal logarithm of the distance to equal tokens over the norm of all; F6: mean cosine of two "
        "tokens; F7: the quantity of the case",
        **PREDICTION,
    }

    law: AttentionLaw
    """F5 attention alone, F6 skip connections, F7 spectral gap"""
