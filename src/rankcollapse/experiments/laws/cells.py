"""The cells of the laws: one a law."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from rankcollapse.experiments.base import Cell
from rankcollapse.experiments.parameters import Parameters, Widths

Law = Literal["F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8"]


class LawParameters(Parameters):
    """How a law is measured."""

    law: Law
    """number of the law"""
    chains: Annotated[int, Field(ge=3)]
    """random networks of each kind"""
    sizes: Widths
    """F1, F2, F8: widths; F3: pairs of inputs in a batch; F4: width and samples; F5, F6, F7: tokens; ascending"""
    layers: Annotated[int, Field(ge=1)]
    """depth: F1 at least 20, F2 2, F4 10, F5 4 to 6; F7 has one layer"""

    @model_validator(mode="after")
    def _measurable(self) -> Self:
        least, most = {"F1": (20, None), "F2": (2, None), "F4": (10, None), "F5": (4, 6)}.get(self.law, (1, None))
        if self.layers < least or (most and self.layers > most):
            raise ValueError(f"{self.law} has {self.layers} layers; it needs {least} to {most or 'any number'}")
        if (self.law == "F1" and len(self.sizes) < 3) or (self.law == "F3" and min(self.sizes) < 3):
            raise ValueError(f"{self.law} has sizes {self.sizes}; F1 needs three widths, F3 three pairs or more")
        return self


class LawCell(LawParameters, Cell):
    """What one law is about, in all kinds of networks that it is tried on."""

    COMPUTED_BY: ClassVar = "chain"
    CONSTANTS: ClassVar = ("law",)
    COLUMNS: ClassVar = {
        "case": "kind of network, or quantity",
        "x": "F1: width; F2, F3, F5, F8: layer; F4: depth; F6, F7: tokens",
        "chain": "number of the random network",
        "value": "F1: growth of the logarithm of the squared gradient, a layer; F2: one less the cosine of two inputs;"
        " F3: cosine within pairs, of states less their mean over the batch; F4: decimal logarithm of the norm of "
        "the gradient in the first state, from one in the last; F5: decimal logarithm of the distance to equal tokens, "
        "over the norm of all; F6: mean cosine of two tokens; F7: see case; F8: numerical rank of the Jacobian",
        "prediction": "of the law for this value, at infinite width; missing where it gives none",
    }
