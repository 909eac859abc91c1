"""The cells of the bounds."""

from typing import Annotated, ClassVar

from pydantic import Field

from rankcollapse.experiments.base import Cell, Derived
from rankcollapse.experiments.parameters import Parameters, Width

Pairs = Annotated[int, Field(ge=100)]


class Shared(Parameters):
    """What all cells of the drift have in common."""

    gamma: Annotated[float, Field(gt=0, le=0.1)]
    """strength γ of the layer beside its skip connection; the identity holds to second order in it"""
    states: Annotated[int, Field(ge=3)]
    """states M, of widely differing spectra, at which the drift is measured"""


class DriftCell(Shared, Cell):
    """The drift identity at one width."""

    COMPUTED_BY: ClassVar = "drift"
    CONSTANTS: ClassVar = ("width", "gamma")
    COLUMNS: ClassVar = {
        "state": "number of the state M",
        "identity": "2d² - 2F - 8 Tr M³ + 8 Σ (M²)_ii²",
        "measured": "mean of (F⁺ - F)/γ² over draws of the weights",
        "standard_error": "of measured",
        "draws": None,
    }

    width: Width
    """units of every layer, and samples in the batch"""
    draws: Pairs
    """antithetic pairs of weights at each state"""


class TheoremCell(Derived):
    """The constant of Theorem 2 in the chains of Figure 3a."""

    COMPUTED_BY: ClassVar = "theorem"
    FROM: ClassVar = ("stationary_rank.chain",)
    COLUMNS: ClassVar = {
        "gamma": "strength of the layer beside its skip connection, inf for none",
        "width": "units of every layer, and samples in the batch",
        "quantity": "ratio: mean r; alpha: 1 - E[Σ (M²)_ii²]/E[Tr M³]; bound: 2 √α √d; tightness: r over the bound; "
        "drift: mean of the identity's bracket over 2 d²",
        "estimate": "mean over the chains",
        "low": "lower end of the 95% interval",
        "high": "upper end of the 95% interval",
        "n": "chains",
    }
