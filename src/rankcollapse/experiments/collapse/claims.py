"""C8: the rate of collapse without BN, with the thresholds, which were fixed before the runs they judge."""

from rankcollapse.claims.statements import Statement

LOW, HIGH = 0.99, 1.01  # the measured gaps are the exact ones to one percent

C8 = Statement(
    id="C8",
    statement="Without batch normalization a random linear network's spectrum collapses at the Lyapunov gaps' rate.",
    source="Section 3, products of random matrices (Newman 1986)",
    figure="collapse",
    estimator="Slope of measured on exact Lyapunov exponents, both about their means; t interval over chains.",
)
