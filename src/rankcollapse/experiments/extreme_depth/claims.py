"""C3 and C4: what Figure 2 decides, with the thresholds, which were fixed before the runs they judge."""

from rankcollapse.claims.statements import Statement

COLLAPSED_RANK = 2.0  # fewer than two directions on average
DEPTH = 50_000  # layers of the original experiment

C3, C4 = (
    Statement(
        id=name,
        statement=f"In random {kind} networks of 50,000 layers the rank stays above √width with batch normalization "
        "and falls to one without it.",
        source=f"Figure 2, {panel}; section 3",
        figure="extreme_depth",
        estimator="Mean over independent random networks with Student's t interval, of the numerical rank in double "
        "precision at every measured layer; the lowest counts.",
    )
    for name, kind, panel in (("C3", "linear", "left"), ("C4", "ReLU", "right"))
)
