"""C13, that VGG-19 does as MLPs do, with its thresholds.

Thresholds are those of C1 and C2, fixed for MLPs before any convolutional network was run. What Figure 5 adds to C10
and C11 takes the thresholds that Figure 6 has there. One measure was changed after a first run had been seen: in C10
the rank of VGG-19 is the numerical rank (C13's measure), because its r is below the threshold with BN itself, and never
below one.
"""

from rankcollapse.claims.statements import Statement

GUESSING = 0.1  # accuracy among ten classes

C13 = Statement(
    id="C13",
    statement="VGG-19: without normalization the rank of the last hidden state collapses at initialization and the "
    "network does not train; with batch normalization it keeps its rank and trains.",
    source="Figure 5; section 4",
    figure="components",
    estimator="Mean over independent random networks of the numerical rank and the final accuracy, with the thresholds "
    "of C1 and C2; t interval for a bounded quantity.",
)
