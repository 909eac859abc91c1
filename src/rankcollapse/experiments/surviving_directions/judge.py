"""Judge E3."""

import pandas as pd

from rankcollapse.claims.judging import at_worst, between, judge
from rankcollapse.claims.records import Claim
from rankcollapse.experiments.surviving_directions import claims
from rankcollapse.experiments.surviving_directions.summary import correction, exponent, wide_edges
from rankcollapse.theory.closed_forms import surviving_rank


def judge_all(frames: dict[str, pd.DataFrame]) -> list[Claim]:
    """The claims that this experiment decides."""
    edges = wide_edges(frames["surviving_directions.spectrum"])
    growth = exponent(edges)
    corrected = correction(edges)
    if growth is None or corrected is None:
        return [judge(claims.E3, [], missing=f"needs three widths of {claims.CORRECTED} or more")]
    widest = max(edges)
    relative = edges[widest].over(surviving_rank(widest))
    over_root = {width: edge.over(width**0.5) for width, edge in edges.items()}
    conditions = [
        at_worst("edge of the neutral exponents over √d at width {}", over_root, ">=", 1.0),
        *between("edge of the neutral exponents over 2 √d at width {}", {widest: relative}, claims.LOW, claims.HIGH),
        *between("exponent of the edge in the width", {"": growth}, claims.EXPONENT_LOW, claims.EXPONENT_HIGH),
        *between("constant c of an edge at 2 √d - c", {"": corrected[0][0]}, claims.CONSTANT_LOW, claims.CONSTANT_HIGH),
    ]
    return [judge(claims.E3, conditions)]
