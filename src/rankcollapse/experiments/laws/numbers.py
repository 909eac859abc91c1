"""The numbers of the laws that the paper's text quotes beside those of the claims."""

import pandas as pd

from rankcollapse.experiments.laws.summary import depths, explosion, mean, of_law, rises
from rankcollapse.report.numbers import interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    found = {f"laws.{law}.sizes": number(of_law(frames, law)["x"].max()) for law in ("F1", "F6", "F7")}
    return found
