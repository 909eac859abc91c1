"""C7: what Figure 3b decides, with the thresholds.

They were fixed before the runs they judge, from the original's "from below 1e-9 to order one within about 40 layers".
"""

from rankcollapse.claims.statements import Statement

START = -9.0  # log10 of the second eigenvalue at the start
ORDER_ONE = 1.0  # an eigenvalue's share of the trace, Tr M = d, in units of the mean eigenvalue
LAYERS = 60.0  # "about 40", with half as much again
TENTH = 0.1  # the tenth eigenvalue at the last layer: order one within a factor of ten

C7 = Statement(
    id="C7",
    statement="A linear network with batch normalization escapes from a state of nearly rank one.",
    source="Figure 3b",
    figure="escape",
    estimator="Mean over random chains of the layer at which the second eigenvalue reaches one; a chain in which it "
    "does not counts as if it did one layer after the last; t interval.",
)
