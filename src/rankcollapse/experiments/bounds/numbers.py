"""The numbers and the table of the bounds that the paper quotes."""

import pandas as pd

from rankcollapse.experiments.bounds.claims import SECOND_ORDER, by_width, slopes
from rankcollapse.experiments.width.summary import gammas
from rankcollapse.numbers import interval, leaves, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX; `bounds.rows` are the rows of a table with a line a width."""
    table = frames["bounds.theorem"]
    smallest = gammas(table)[0]
    points = {name: by_width(table, name, smallest) for name in table["quantity"].unique()}
    widest = max(points["ratio"])
    balance = [point for width, point in points["drift"].items() if float(smallest) ** 2 * width < SECOND_ORDER]
    drift = slopes(frames["bounds.drift"])
    columns = ("ratio", "alpha", "bound", "tightness")
    rows = [
        " & ".join([number(width), *(interval(*points[name][width][:3]) for name in columns)]) + r" \\"
        for width in points["ratio"]
    ]
    return {
        "bounds.gamma": leaves("", smallest)[""],
        "bounds.widest": number(widest),
        "bounds.rows": "\n".join(rows),
        "bounds.tightness": interval(*points["tightness"][widest][:3]),
        "bounds.balance": number(max((max(-point.low, point.high) for point in balance), default=None)),
        "bounds.order": number(SECOND_ORDER),
        "bounds.drift.width": number(max(drift)),
        "bounds.drift.slope": interval(*drift[max(drift)][:3]),
    }
