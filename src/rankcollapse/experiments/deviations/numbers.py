"""The table of deviations for the paper's text."""

import pandas as pd

from rankcollapse.experiments.deviations.judge import changes
from rankcollapse.experiments.deviations.summary import deviations
from rankcollapse.report.latex_rows import latex_rows
from rankcollapse.report.numbers import escape, interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    found = deviations(frames)
    rows = [
        [
            deviation.row,
            escape(deviation.release),
            escape(deviation.text),
            number(deviation.ours.estimate),
            interval(deviation.effect),
            deviation.claim or "none",
            changes(deviation) if deviation.claim else "not counted",
        ]
        for deviation in found
    ]
    answers = [changes(deviation) for deviation in found if deviation.claim]
    counts = {f"deviations.{answer}": number(answers.count(answer)) for answer in ("yes", "no", "open")}
    return {"deviations.rows": latex_rows(rows)} | counts
