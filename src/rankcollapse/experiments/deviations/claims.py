"""E4: whether doing as the release does puts a quantity that a claim rests on to the other side of its threshold."""

from rankcollapse.claims.statements import Statement

E4 = Statement(
    id="E4",
    statement="Where paper and release disagree (D1 to D8), doing as the release does moves nothing that a claim rests "
    "on to the other side of its threshold.",
    source="ours; the release beside the paper",
    figure="deviations",
    estimator="Each quantity with one thing done as in the release and all else equal, by seed where possible; t "
    "interval. It must fall on the side of the threshold on which it falls our way; if that is neither, E4 is open.",
)
