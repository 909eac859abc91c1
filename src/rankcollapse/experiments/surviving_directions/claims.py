"""E3: the rank of infinitely deep linear BN networks.

Thresholds were fixed before the runs they judge, but for the margin about the constant, set after a first run.
"""

from rankcollapse.claims.statements import Statement

EXPONENT_LOW, EXPONENT_HIGH = 0.45, 0.65  # growth like √d, with room for corrections of order one at small widths
LOW, HIGH = 0.8, 1.2  # of the leading order 2 √d, at the largest width
NARROWEST = 8  # the claim is on networks of at least this width,
CORRECTED = 16  # and its correction on those of this width: 1/d is not negligible in narrower ones
CONSTANT_LOW, CONSTANT_HIGH = 11 / 6 - 0.5, 11 / 6 + 0.5  # of the correction
THEORY = {"gamma": "inf", "weights": "gaussian", "normalization": "scale"}  # and of this family

E3 = Statement(
    id="E3",
    statement="The number of directions that survive infinite depth in a linear network with batch normalization is "
    "at least √d and grows like 2 √d, less a constant near 11/6.",
    source="ours; the sharp version of Theorem 2",
    figure="surviving_directions",
    estimator="Index at which the falling Lyapunov exponents, extrapolated, cross zero: a rank without a tolerance; "
    "t interval over chains. Its distance from 2 √d is fitted by a constant and a term in 1/√d.",
)
