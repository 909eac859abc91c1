"""C12: what the cosines between per-sample gradients decide, with the thresholds, fixed before the runs they judge."""

from rankcollapse.claims.statements import Statement

DEEP = 16  # layers from which vanilla networks have lost their rank (C1)
COLLINEAR = 0.99
NOT_COLLINEAR = 0.9
FALLS = -0.5  # Spearman's correlation

C12 = Statement(
    id="C12",
    statement="As the rank falls, the gradients of single samples in the weights of an output unit become collinear: "
    "without BN they are in deep networks, with BN at no depth.",
    source="Section 4, directional gradient vanishing",
    figure="gradient_cosines",
    estimator="Mean absolute cosine over all pairs of samples and all output units, mean over networks; t interval.",
)
