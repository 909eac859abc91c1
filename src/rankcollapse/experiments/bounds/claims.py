"""E1 and E2: the drift identity and the explicit bound, with the thresholds.

Thresholds were fixed before the runs they judge, but for SECOND_ORDER.
"""

from rankcollapse.claims.statements import Statement

LOW, HIGH = 0.98, 1.02  # the identity holds to two percent
BALANCE = 0.05  # in stationarity its bracket is zero to five percent of its leading term 2 d²
SECOND_ORDER = 0.01  # γ² d below which terms of higher order in γ do not matter at that precision

E1 = Statement(
    id="E1",
    statement="The drift identity for the squared Frobenius norm of M holds to second order in γ, and its bracket "
    "averages to zero in stationarity.",
    source="ours; the engine of Theorem 2",
    figure="bounds",
    estimator="Slope of the drift, by Monte Carlo with antithetic weights, on the identity; normal interval of a "
    "weighted fit.",
)
E2 = Statement(
    id="E2",
    statement="In stationarity the average participation ratio is at least 2 √α √d, with α measured.",
    source="ours; Theorem 2 with its constant",
    figure="bounds",
    estimator="Ratio of r to the bound in the same chains; t interval over chains.",
)
