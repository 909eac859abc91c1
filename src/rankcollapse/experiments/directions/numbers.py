"""The numbers of directional vanishing that the paper's text quotes."""

import pandas as pd

from rankcollapse.experiments.directions.summary import by_depth, correlation
from rankcollapse.numbers import interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    frame = frames["directions.gradients"]
    deepest = int(frame["depth"].max())
    return {
        "directions.deepest": number(deepest),
        "directions.correlation": interval(*correlation(frame)[:3]),
        **{
            f"directions.{measure}.{variant}": interval(*by_depth(frame, variant, f"{measure}_cosine")[deepest][:3])
            for measure in ("unit", "matrix")
            for variant in ("vanilla", "bn")
        },
    }
