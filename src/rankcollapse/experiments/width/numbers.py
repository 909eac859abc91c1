"""The numbers of Figure 3a that the paper's text quotes."""

import pandas as pd

from rankcollapse.experiments.width.claims import lemma_ratios
from rankcollapse.experiments.width.summary import (
    at_the_end,
    exponents,
    gammas,
    half_shifts,
    longest_burn_in,
    published_differences,
    stationary,
)
from rankcollapse.numbers import interval, leaves, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    frame = frames["width.chain"]
    widest = int(frame["width"].max())
    strengths = gammas(frame)
    shifts = half_shifts(frame)
    results = {
        "width.shift": number(max(map(abs, shifts))),
        "width.kinds": number(len(shifts)),
        "width.widest": number(widest),
        "width.root": number(widest**0.5),
        "width.gamma.largest": leaves("", strengths[-1])[""],
        "width.burnin": number(round(100 * longest_burn_in(frame))),
        "width.lemma.count": number(len(lemma_ratios(frame))),
        "width.lemma.least": number(float(lemma_ratios(frame).min())),
    }
    differences = published_differences(frame)
    for name in ("release", "with_ratio"):
        results[f"width.published.{name}"] = number(differences.get(name))
    fitted = exponents(frame) if frame["width"].nunique() >= 3 else {}
    ratios = [stationary(frame, gamma, "participation_ratio")[widest] for gamma in strengths]
    results["width.ratios"] = ", ".join(interval(*value[:3]) for value in ratios)
    results["width.rank"] = interval(*at_the_end(frame, strengths[-1], "numerical_rank")[widest][:3])
    results["width.exponents"] = ", ".join(interval(*exponent[:3]) for exponent in fitted.values()) or "--"
    return results
