"""C1 and C2: what Figure 1 decides, with the thresholds.

Thresholds were fixed before the runs they judge, but for SHALLOW and DEEP: set after a first run had shown where
networks fail, which depends on the steps of training.
"""

from rankcollapse.claims.statements import Statement

COLLAPSED_RANK = 2.0  # "one line": fewer than two directions on average
SHALLOW, DEEP = 4, 16  # "about ten layers": from a depth between these two on
CHANCE_ACCURACY = 0.2  # twice chance level for ten classes: the net has not learned
TRAINED_ACCURACY = 0.5  # five times chance level: the net has learned

C1 = Statement(
    id="C1",
    statement="At initialization the rank of a vanilla network's last hidden state collapses with depth, while "
    "batch normalization keeps it at √width or more at every depth.",
    source="Figure 1, left; introduction",
    figure="trainability",
    estimator="Mean over independent random networks of the numerical rank in single precision, the original's "
    "measure; t interval for a bounded quantity.",
)
C2 = Statement(
    id="C2",
    statement="Vanilla networks stop training beyond about ten layers, while networks with batch normalization "
    "train at every depth.",
    source="Figure 1, right; introduction",
    figure="trainability",
    estimator="Mean final accuracy over networks, each at the step size that serves it best, so that no variant "
    "suffers from a step size; t interval for a bounded quantity.",
)
