"""E3: the rank of infinitely deep linear BN networks."""

from typing import Any

import pandas as pd

from rankcollapse.claims import Condition, judge, worst
from rankcollapse.experiments.sharp.summary import by_width
from rankcollapse.intervals import power_law
from rankcollapse.theory import sharp_rank

# Thresholds, fixed before the runs they judge.
EXPONENT_LOW, EXPONENT_HIGH = 0.45, 0.65  # growth like √d, with room for corrections of order one at small widths
LOW, HIGH = 0.8, 1.2  # of the leading order 2 √d, at the largest width
THEORY = {"gamma": "inf", "weights": "gaussian", "normalization": "scale"}


def judge_all(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The entries of claims.json that this experiment decides."""
    points = by_width(frames["sharp.spectrum"], **THEORY)
    edges = {width: point.edge for width, point in points.items() if width >= 8}
    if len(edges) < 3:
        return [judge("E3", [], missing="needs three widths of 8 or more")]
    widest = max(edges)
    relative = edges[widest].over(sharp_rank(widest))
    exponent = power_law(edges)
    return [
        judge(
            "E3",
            [
                worst(
                    Condition(
                        f"edge of the neutral exponents over √d at width {width}", edge.over(width**0.5), ">=", 1.0
                    )
                    for width, edge in edges.items()
                ),
                Condition(f"edge of the neutral exponents over 2 √d at width {widest}", relative, ">=", LOW),
                Condition(f"edge of the neutral exponents over 2 √d at width {widest}", relative, "<", HIGH),
                Condition("exponent of the edge in the width", exponent, ">=", EXPONENT_LOW),
                Condition("exponent of the edge in the width", exponent, "<", EXPONENT_HIGH),
            ],
        )
    ]
