"""E5: wide networks on small batches, with the thresholds, which were fixed before the runs they judge, but WIDEST."""

from rankcollapse.claims.statements import Statement

WIDE = 16  # widths of at least this many times N are in the regime of the gap's power law
EXPONENT_LOW, EXPONENT_HIGH = -0.55, -0.45  # a gap of order 1/√d
FULL = 0.99  # r / N at the largest width,
WIDEST = 25  # if it is this many times N² or more, from where on the crossover law itself is as close to N
LOW, HIGH = 0.8, 1.2  # r over its leading order, through the crossover

E5 = Statement(
    id="E5",
    statement="With N samples fixed and the width growing, a linear network with batch normalization makes them "
    "orthogonal: r crosses over from √d to N, and the gap closes like 1/√d.",
    source="ours; asked in the paper's public reviews",
    figure="fixed_batch",
    estimator="Means of stationary chains with t intervals; exponent of a weighted line through logarithms of the gap.",
)
