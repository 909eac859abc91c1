"""The numbers and the table of the bounds that the paper quotes."""

import pandas as pd

from rankcollapse.experiments.bounds.claims import SECOND_ORDER
from rankcollapse.experiments.bounds.summary import by_width, of_second_order, slopes
from rankcollapse.experiments.stationary_rank.summary import gammas
from rankcollapse.report.latex_rows import latex_rows
from rankcollapse.report.numbers import interval, leaves, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX; `bounds.rows` are the rows of a table with a line a width."""
    table = frames["bounds.theorem"]
    smallest = gammas(table)[0]
    points = {name: by_width(table, name, smallest) for name in table["quantity"].unique()}
    widest = max(points["ratio"])
    balance = of_second_order(points["drift"], smallest).values()
    drift = slopes(frames["bounds.drift"])
    columns = ("ratio", "alpha", "bound", "tightness")
    rows = [[number(width), *(interval(points[name][width]) for name in columns)] for width in points["ratio"]]
    return {
        "bounds.gamma": leaves("", smallest)[""],
        "bounds.widest": number(widest),
        "bounds.rows": latex_rows(rows),
        "bounds.tightness": interval(points["tightness"][widest]),
        "bounds.balance": number(max((max(-point.low, point.high) for point in balance), default=None)),
        "bounds.order": number(SECOND_ORDER),
        "bounds.drift.width": number(max(drift)),
        "bounds.drift.slope": interval(drift[max(drift)]),
    }
