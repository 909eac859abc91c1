"""E6: whether a collapsed network learns a two-class problem, with the thresholds, fixed before the runs they judge."""

from rankcollapse.claims.statements import Statement

NOT_LEARNED = 0.6  # chance level is one half
LEARNED = 0.8

E6 = Statement(
    id="E6",
    statement="Two classes do not help: vanilla networks that have lost their rank do not learn to tell two classes "
    "apart, while BN networks do at every depth.",
    source="ours; asked in the paper's public reviews",
    figure="two_classes",
    estimator="Mean final accuracy over random pairs of classes, each network at the step size that serves it best; t "
    "interval for a bounded quantity over pairs.",
)
