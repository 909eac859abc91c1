"""E7, E8, C9s and C11s: what setting rank and scale apart decides, with the thresholds.

They were fixed before the runs they judge. Two earlier runs had other seeds, and were looked at for whether
pre-training raises the rank, how many seeds decide, which step sizes are dropped, and which depths to try.
"""

from rankcollapse.claims.statements import Statement

BETTER = 0.05  # accuracy by which higher rank must help; less is equivalent
RAISED = 1.5  # r after pre-training over r as drawn, from which the rank counts as raised
FIGURE_1 = 32  # the greatest depth of Figure 1
LEARNS = 0.3  # accuracy of BN networks from which others can be compared with them

E7 = Statement(
    id="E7",
    statement="At equal scale of all states, higher rank before training means better training, at every depth tried.",
    source="ours; what the original's conclusion would imply",
    figure="rank_or_scale",
    estimator="Difference of final accuracies within a seed, at the worst depth: the participation ratio r raised by "
    "pre-training, in either way, less r as drawn; and without biases less with them (rank one). Every state has mean "
    "square one, and each network its own step size; t interval for a bounded quantity. Open where r is not raised.",
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
    estimator="Final accuracy less that of BN networks of the same order of data, after pre-training on the last state "
    "and without, at the greatest depth of Figure 1; t interval for a bounded quantity. Open where BN networks do not "
    "learn in so few steps.",
)
C11S = Statement(
    id="C11s",
    statement="C11 at equal scale: the participation ratio before training orders networks whose states all have mean "
    "square one by their accuracy.",
    source="Figure 6; section 4",
    figure="rank_or_scale",
    estimator="Spearman's correlation over all networks of the greatest depth of Figure 1; jackknife over seeds.",
)
