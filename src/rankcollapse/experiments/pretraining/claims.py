"""C9: what Figure 4 decides, with the thresholds, fixed before the runs they judge."""

from rankcollapse.claims.statements import Statement

DEEP = 16  # layers from which plain vanilla networks fail (C2)
LIKE_BN = -0.1  # accuracy that a network may fall short of BN and still train like it

C9 = Statement(
    id="C9",
    statement="Pre-training that raises the rank makes deep vanilla networks train like BN networks.",
    source="Figure 4; section 4",
    figure="pretraining",
    estimator="Mean final accuracy of the deepest networks, and its difference from BN networks of the same seeds; "
    "t interval for a bounded quantity. Open where BN networks do not learn in so few steps.",
)
