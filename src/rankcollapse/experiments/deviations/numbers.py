"""The table of deviations for the paper's text."""

import pandas as pd

from rankcollapse.experiments.deviations.summary import deviations
from rankcollapse.numbers import escape, interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    found = deviations(frames)
    rows = []
    for deviation in found:
        cells = [
            deviation.row,
            escape(deviation.release),
            escape(deviation.quantity),
            number(deviation.ours.estimate),
            interval(*deviation.effect[:3]),
            deviation.claim or "none",
            deviation.changes(),
        ]
        rows.append(" & ".join(cells) + r" \\")
    counts = {answer: sum(d.changes() == answer for d in found if d.claim) for answer in ("yes", "no", "open")}
    return {"deviations.rows": "\n".join(rows)} | {
        f"deviations.{answer}": number(count) for answer, count in counts.items()
    }
