"""The numbers of Figure 3a that the paper's text quotes."""

import pandas as pd

from rankcollapse.experiments.stationary_rank import summary
from rankcollapse.report.numbers import interval, leaves, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    frame = frames["stationary_rank.chain"]
    widest = int(frame["width"].max())
    strengths = summary.gammas(frame)
    shifts = summary.half_shifts(frame)
    results = {
        "stationary_rank.shift": number(max(map(abs, shifts))),
        "stationary_rank.kinds": number(len(shifts)),
        "stationary_rank.widest": number(widest),
        "stationary_rank.root": number(widest**0.5),
        "stationary_rank.gamma.largest": leaves("", strengths[-1])[""],
        "stationary_rank.burnin": number(round(100 * summary.longest_burn_in(frame))),
        "stationary_rank.lemma.count": number(len(summary.lemma_ratios(frame))),
        "stationary_rank.lemma.least": number(float(summary.lemma_ratios(frame).min())),
    }
    differences = summary.published_differences(frame)
    for name in ("release", "with_ratio"):
        results[f"stationary_rank.published.{name}"] = number(differences.get(name))
    ratios = [summary.stationary(frame, gamma, "participation_ratio")[widest] for gamma in strengths]
    results["stationary_rank.ratios"] = ", ".join(interval(value) for value in ratios)
    results["stationary_rank.rank"] = interval(summary.at_the_end(frame, strengths[-1], "numerical_rank")[widest])
    results["stationary_rank.exponents"] = (
        ", ".join(interval(exponent) for exponent in summary.exponents(frame).values()) or "--"
    )
    return results
