"""The numbers and the table of the bounds that the paper quotes."""

import pandas as pd

from rankcollapse.experiments.bounds.claims import by_width, slopes
from rankcollapse.numbers import interval, leaves, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX; `bounds.rows` are the rows of a table with a line a width."""
    table = frames["bounds.theorem"]
    smallest = table["gamma"].iloc[0]
    points = {name: by_width(table, name, smallest) for name in table["quantity"].unique()}
    widest = max(points["ratio"])
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
        "bounds.alpha": interval(*points["alpha"][widest][:3]),
        "bounds.tightness": interval(*points["tightness"][widest][:3]),
        "bounds.balance": number(max(abs(point.estimate) for point in points["drift"].values())),
        "bounds.drift.width": number(max(drift)),
        "bounds.drift.slope": interval(*drift[max(drift)][:3]),
    }
