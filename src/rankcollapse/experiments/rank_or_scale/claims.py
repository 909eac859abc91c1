"""E7, E8, C9s and C11s: what setting rank and scale apart decides, with the thresholds.

They were fixed before the runs they judge. Pilot runs had other seeds. They showed that the steps of pre-training raise
the rank, that no step size at the end of the grid is needed, and up to which depth networks train in so few steps.
"""

from rankcollapse.claims.statements import Statement

BETTER = 0.05  # accuracy by which higher rank must help; less is equivalent
RAISED = 1.5  # r after pre-training over r as drawn, from which the rank counts as raised
FIGURE_1 = 32  # the greatest depth of Figure 1
LEARNS = 0.3  # accuracy of BN networks from which others can be compared with them

E7 = Statement(
    id="E7",
    statement="At equal scale of all states, higher rank before training means better training, at every depth.",
    source="ours; what the original's conclusion would imply",
    figure="rank_or_scale",
    estimator="Difference of final accuracies within a seed, at the worst depth: the rank raised by pre-training, in "
    "either way, less the rank as drawn; and without biases less with them (rank one). Every state has mean "
    "square one, and each network the step size that serves it best; t interval for a bounded quantity.",
)
E8 = Statement(
    id="E8",
    statement="The collapse of the numerical rank in Figure 1 is a property of depth: it happens at the same depths "
    "with other initializations than PyTorch's default.",
    source="ours; what Figure 1 suggests",
    figure="rank_or_scale",
    estimator="Mean numerical rank, in single precision, over independent random networks, at the worst of the depths "
    "from which the default has lost its rank up to the greatest of Figure 1; t interval for a bounded quantity.",
)
C9S = Statement(
    id="C9s",
    statement="C9 at equal scale: of networks whose states all have mean square one, those with raised rank train like "
    "BN networks, and those without do not.",
    source="Figure 4; section 4",
    figure="rank_or_scale",
    estimator="Final accuracy less that of BN networks, at the greatest depth of Figure 1; t interval for the "
    "difference of means. Open where BN networks do not learn in so few steps.",
)
C11S = Statement(
    id="C11s",
    statement="C11 at equal scale: the participation ratio before training orders networks whose states all have mean "
    "square one by their accuracy.",
    source="Figure 6; section 4",
    figure="rank_or_scale",
    estimator="Spearman's correlation over all networks of the greatest depth of Figure 1; jackknife over seeds.",
)
