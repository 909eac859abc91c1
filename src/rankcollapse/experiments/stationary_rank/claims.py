"""C5 and C6: what Figure 3a decides, with the thresholds, which were fixed before the runs they judge."""

from rankcollapse.claims.statements import Statement

EXPONENT = 0.5  # of Theorem 2
LEAST_RATIO = 1.0  # the lemma's inequality
SHIFT = 4.0  # standard errors between the halves of chains beyond which they are not taken to be stationary

C5 = Statement(
    id="C5",
    statement="In linear networks with batch normalization the average participation ratio grows at least like √width.",
    source="Theorem 2; Figure 3a",
    figure="stationary_rank",
    estimator="Exponent of a weighted line through logarithms of r; r is the mean of independent chains after a "
    "burn-in (MSER-5), whose two halves must agree. r bounds the rank from below and needs no tolerance.",
)
C6 = Statement(
    id="C6",
    statement="The soft rank is at least (1 - τ)² times the participation ratio, on every spectrum.",
    source="Lemma behind Theorem 2, section 3",
    figure="bounds",
    estimator="Least ratio of the two sides over all recorded spectra: an inequality for every matrix has no sampling "
    "error.",
)
