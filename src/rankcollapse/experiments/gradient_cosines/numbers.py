"""The numbers of directional vanishing that the paper's text quotes."""

import pandas as pd

from rankcollapse.experiments.gradient_cosines.summary import correlation
from rankcollapse.experiments.trainability.summary import by_depth
from rankcollapse.report.numbers import interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    frame = frames["gradient_cosines.gradients"]
    deepest = int(frame["depth"].max())
    return {
        "gradient_cosines.deepest": number(deepest),
        "gradient_cosines.correlation": interval(correlation(frame)),
        **{
            f"gradient_cosines.{measure}.{variant}": interval(by_depth(frame, variant, f"{measure}_cosine")[deepest])
            for measure in ("unit", "matrix")
            for variant in ("vanilla", "bn")
        },
    }
