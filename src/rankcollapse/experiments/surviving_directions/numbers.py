"""The numbers and the table of surviving directions that the paper quotes."""

import pandas as pd

from rankcollapse.experiments.surviving_directions import summary
from rankcollapse.report.latex_rows import latex_rows
from rankcollapse.report.numbers import interval, number
from rankcollapse.theory.closed_forms import surviving_rank


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX; `surviving_directions.rows` are the rows of a table, one a family and width."""
    frame = frames["surviving_directions.spectrum"]
    rows = [
        (family, number(width), number(found.count), interval(found.edge), number(round(surviving_rank(width), 1)))
        for family, points in summary.by_family(frame).items()
        for width, found in points.items()
    ]
    points, edges = summary.by_width(summary.of_theory(frame)), summary.wide_edges(frame)
    forms = {form: summary.correction(edges, form) for form in summary.FORMS}
    widest = max(points, default=None)
    found = points.get(widest)
    return {
        "surviving_directions.rows": latex_rows(rows),
        "surviving_directions.widest": number(widest),
        "surviving_directions.count": number(found and found.count),
        "surviving_directions.edge": interval(found and found.edge),
        "surviving_directions.law": number(widest and round(surviving_rank(widest), 1)),
        "surviving_directions.exponent": interval(summary.exponent(edges)),
        "surviving_directions.constant": interval(forms["constant"] and forms["constant"][0][0]),
        **{f"surviving_directions.{form}.misfit": number(fit and fit[1]) for form, fit in forms.items()},
        **{f"surviving_directions.{form}.slope": interval(fit and fit[0][1]) for form, fit in forms.items()},
    }
