"""C10 and C11: what Figure 6 decides, with what Figure 5 adds on VGG-19.

The thresholds were fixed before the runs they judge.
"""

from rankcollapse.claims.statements import Statement

RANK_FALLS = 2.0  # r with weights of both signs over r with weights of one sign
STALLS = 0.0  # loss at the end with one sign, less the middle between guessing and BN networks with both signs
ORDERS = 0.5  # Spearman's correlation

C10 = Statement(
    id="C10",
    statement="Weights of one sign take its rank from a BN network, and its ability to train.",
    source="Figure 6; section 4",
    figure="breaking",
    estimator="Ratio of ranks (geometric mean) and difference of losses of networks of the same seeds; t interval. "
    "VGG-19: of numerical ranks and accuracies; not of r, since in a first run r, which is at least one, was below two "
    "with BN itself. Open where BN networks with both signs do not learn in so few steps.",
)
C11 = Statement(
    id="C11",
    statement="The participation ratio before training orders the variants by their speed of training.",
    source="Figure 6; section 4",
    figure="breaking",
    estimator="Spearman's correlation over all networks, which asks for an order and for no functional form; jackknife "
    "over seeds, because variants of a seed share weights and data.",
)
