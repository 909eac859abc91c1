r"""numbers.tex: every number of the paper as a LaTeX result, looked up by name with `\result{name}`."""

import math
import re
from typing import Any, get_args

from jinja2 import Template

from rankcollapse.claims.records import Claim, Verdict
from rankcollapse.provenance.records import Commit, Manifest
from rankcollapse.report.latex_rows import latex_rows
from rankcollapse.statistics.intervals import Interval

_SPECIAL = {"\\": r"\textbackslash{}", "√": r"$\surd$", "–": "--", "≥": r"$\geq$", "²": "$^2$"} | {
    character: "\\" + character for character in "#$%&_{}"
}
_SPECIAL |= {"α": r"$\alpha$", "γ": r"$\gamma$", "λ": r"$\lambda$", "τ": r"$\tau$"}
_SPECIAL |= {"β": r"$\beta$", "π": r"$\pi$", "ρ": r"$\rho$", "ℓ": r"$\ell$", "ᵀ": r"$^\top$"}
_PREAMBLE = r"""% Made by the workflow from the frames, claims and manifest of one run. Do not edit.
\makeatletter
\newcommand{\result}[1]{\@ifundefined{result@#1}{\PackageError{results}{no result named #1}{}}{\@nameuse{result@#1}}}
"""

_ITEMS = Template(
    r"""{% for claim in claims -%}
\item[{{ claim.id }}] {{ escape(claim.statement) }} \emph{ {{- claim.verdict.replace("_", " ") }}.}
{%- if elsewhere[claim.id] %} \emph{ {{- elsewhere[claim.id] }}.}{% endif %} {{ "{\\small " -}}
{{- escape(claim.source) }}. {{ escape(claim.estimator) }}
{%- if claim.to_decide %} To decide it: {{ escape(claim.to_decide) }}.{% endif %}}{{ "\n" if not loop.last }}
{%- endfor %}"""
)


def escape(text: str) -> str:
    """Plain text as LaTeX."""
    return "".join(_SPECIAL.get(character, character) for character in text)


def number(value: float | int | None) -> str:
    """A number for the eye: integers in full with thin spaces, others with three significant digits."""
    if value is None or not math.isfinite(value):
        return "--"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}".replace(",", r"\,").replace("-", r"\ensuremath{-}")
    text = f"{value:.3g}"
    mantissa, _, exponent = text.partition("e")
    if exponent:
        return rf"\ensuremath{{{mantissa}\times 10^{{{int(exponent)}}}}}"
    return text.replace("-", r"\ensuremath{-}")


def interval(found: Interval | None) -> str:
    """An estimate with its interval in brackets, to two digits of the interval's half-width; "--" for none."""
    if found is None:
        return number(None)
    estimate, low, high, _ = found
    if not math.isfinite(high - low):
        return f"{number(estimate)} [--]"
    digits = 1 - math.floor(math.log10((high - low) / 2)) if high > low else 3
    if high == low or digits > 6:
        return f"{number(estimate)} [{number(low)}, {number(high)}]"
    texts = [f"{value:.{max(0, digits)}f}".replace("-", r"\ensuremath{-}") for value in (estimate, low, high)]
    return "{} [{}, {}]".format(*texts)


def leaves(prefix: str, value: Any) -> dict[str, str]:
    """Every leaf of nested settings under its dotted name; lists of values joined by commas, of sections numbered."""
    if isinstance(value, dict):
        return {k: v for key, inner in value.items() for k, v in leaves(f"{prefix}.{key}", inner).items()}
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return leaves(prefix, {str(number): item for number, item in enumerate(value)})
    if isinstance(value, list):
        return {prefix: ", ".join(leaves("", item)[""] for item in value)}
    if value == "inf":
        return {prefix: r"\ensuremath{\infty}"}
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return {prefix: escape("none" if value is None else str(value))}
    return {prefix: number(value)}


def _elsewhere(claims: list[Claim], others: dict[str, list[Claim]]) -> dict[str, str]:
    """For every claim what runs of other scales say of it, if they judged it."""
    verdicts = {claim.id: [] for claim in claims}
    for scale, found in others.items():
        for claim in found:
            if claim.id in verdicts and claim.verdict != "not_run":
                verdicts[claim.id].append(rf"\texttt{{{escape(scale)}}}: {claim.verdict}")
    return {id: ", ".join(texts) for id, texts in verdicts.items()}


def _claim_row(claim: Claim, elsewhere: str) -> list[str]:
    """One row of the paper's verdict table."""
    relation = {"<": "$<$", ">=": r"$\geq$", None: ""}[claim.relation]
    return [
        claim.id,
        escape(claim.quantity or claim.to_decide),
        interval(claim.interval),
        f"{relation} {number(claim.threshold)}",
        number(claim.n),
        claim.verdict.replace("_", " "),
        elsewhere,
    ]


def to_tex(results: dict[str, str]) -> str:
    """The file that defines all results; names are letters, digits, dots and underscores."""
    for name in results:
        if not re.fullmatch(r"[\w.]+", name):
            raise ValueError(f"a result cannot be named {name!r}")
    lines = [rf"\@namedef{{result@{name}}}{{{value}}}" for name, value in results.items()]
    return _PREAMBLE + "\n".join(lines) + "\n" + r"\makeatother" + "\n"


def _short(state: Commit) -> str:
    """A commit as the paper names it."""
    return f"{state.commit[:10]}{'' if state.clean else ' (modified)'}" if state.commit else "unknown"


def from_run(manifest: Manifest, claims: list[Claim], others: dict[str, list[Claim]] | None = None) -> dict[str, str]:
    """The results that every run has: its settings, provenance, and claims with a row each for the table.

    Args:
        manifest: of the run.
        claims: of the run.
        others: claims of runs of other scales, whose verdicts stand beside these.
    """
    results = leaves("settings", manifest.settings)
    commits = {_short(cell) for cell in manifest.cells}
    results |= {"confidence": "95", "scale": escape(manifest.scale), "commit": ", ".join(sorted(commits))}
    results["devices"] = escape(", ".join(manifest.devices))
    results["processors"] = escape("; ".join(manifest.processors))
    for name, frame in manifest.frames.items():
        results[f"devices.{name}"] = escape(", ".join(frame.devices))
        for phase, seconds in frame.phases.items():
            results[f"clock.{name}.{phase.replace('-', '_')}"] = number(seconds)
    for claim in claims:
        for key in ("estimate", "ci_low", "ci_high", "threshold", "n"):
            results[f"claims.{claim.id}.{key}"] = number(getattr(claim, key))
        results[f"claims.{claim.id}.verdict"] = claim.verdict.replace("_", " ")
        results[f"claims.{claim.id}.statement"] = escape(claim.statement)
    elsewhere = _elsewhere(claims, others or {})
    results["claims.elsewhere"] = "at other scales" if any(elsewhere.values()) else ""
    results["claims.items"] = _ITEMS.render(claims=claims, escape=escape, elsewhere=elsewhere)
    results["claims.rows"] = latex_rows(_claim_row(claim, elsewhere[claim.id]) for claim in claims)
    results["claims.count"] = number(len(claims))
    for verdict in get_args(Verdict):
        results[f"claims.{verdict}"] = number(sum(claim.verdict == verdict for claim in claims))
    return results
