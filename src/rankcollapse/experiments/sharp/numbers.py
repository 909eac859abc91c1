"""The numbers and the table of the sharp rank that the paper quotes."""

import pandas as pd

from rankcollapse.experiments.sharp.claims import THEORY
from rankcollapse.experiments.sharp.figure import label
from rankcollapse.experiments.sharp.summary import KEYS, by_width
from rankcollapse.intervals import power_law
from rankcollapse.numbers import interval, number
from rankcollapse.theory import sharp_rank


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX; `sharp.rows` are the rows of a table with a line a family and width."""
    frame = frames["sharp.spectrum"]
    rows = [
        " & ".join(
            [
                label(*family),
                number(width),
                number(point.count),
                interval(*point.edge[:3]),
                number(round(sharp_rank(width), 1)),
            ]
        )
        + r" \\"
        for family, group in frame.groupby(KEYS, sort=False)
        for width, point in by_width(group).items()
    ]
    points = by_width(frame, **THEORY)
    widest = max(points)
    edges = {width: point.edge for width, point in points.items() if width >= 8}
    return {
        "sharp.rows": "\n".join(rows),
        "sharp.widest": number(widest),
        "sharp.count": number(points[widest].count),
        "sharp.edge": interval(*points[widest].edge[:3]),
        "sharp.law": number(round(sharp_rank(widest), 1)),
        "sharp.exponent": interval(*power_law(edges)[:3]) if len(edges) >= 3 else "--",
    }
