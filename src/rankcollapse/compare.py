"""A run against reference results: every quantity that decides a claim, statistically and not by bytes."""

import math
import re
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from rankcollapse.downstream import interval_text, read_claims

ENDS = ("ci_low", "ci_high")
TOLERANCE = 0.1  # of the larger of the two estimates, or of the threshold if that is larger
COLOURS = {
    "identical": "green",
    "equivalent": "green",
    "compatible": "green",
    "different": "red",
    "only one": "yellow",
}


def agreement(one: dict[str, Any] | None, other: dict[str, Any] | None) -> dict[str, Any]:
    """Two measurements of one quantity.

    They are taken to be independent, which makes the interval of their difference too wide where the runs share seeds;
    its half-width is the root of the sum of the squares of theirs.

    Args:
        one: a condition of claims.json, or None if that run does not have it.
        other: the same of the reference.

    Returns:
        The difference with its interval, the tolerance, and `agreement`: "identical", estimates and intervals are the
        same to nine digits; else "equivalent", the difference's interval lies within the tolerance; else "compatible",
        it contains zero; else "different"; "only one", there is nothing to compare.
    """
    if not (one and other) or None in (*map(one.get, ENDS), *map(other.get, ENDS)):
        return {"agreement": "only one", "difference": None, "low": None, "high": None, "tolerance": None}
    difference = one["estimate"] - other["estimate"]
    half = math.hypot(*((side["ci_high"] - side["ci_low"]) / 2 for side in (one, other)))
    tolerance = TOLERANCE * max(abs(one["estimate"]), abs(other["estimate"]), abs(one["threshold"]))
    if all(math.isclose(one[key], other[key], rel_tol=1e-9) for key in ("estimate", *ENDS)):
        verdict = "identical"
    elif abs(difference) + half <= tolerance:
        verdict = "equivalent"
    else:
        verdict = "compatible" if abs(difference) <= half else "different"
    interval = {"difference": difference, "low": difference - half, "high": difference + half}
    return {"agreement": verdict, **interval, "tolerance": tolerance}


def _by_key(conditions: list[dict[str, Any]]) -> dict[tuple, dict[str, Any]]:
    """Conditions by what they are about.

    That is the quantity without its numbers (a lowest value may be at another depth), the relation (a threshold from
    either side makes one quantity two conditions), and which of several alike it is.
    """
    found: dict[tuple, dict[str, Any]] = {}
    for condition in conditions:
        about = (re.sub(r"\d+", "#", condition["quantity"]), condition["relation"])
        found[*about, sum(key[:2] == about for key in found)] = condition
    return found


def compare(claims: list[dict[str, Any]], reference: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every condition of every claim of a run beside that of the reference.

    Args:
        claims: claims.json of the run.
        reference: claims.json of the reference.

    Returns:
        One entry a claim and quantity: both verdicts of the claim, both measurements, and their `agreement`.
    """
    both = [{claim["id"]: claim for claim in entries} for entries in (claims, reference)]
    rows = []
    for id in dict.fromkeys([*both[0], *both[1]]):
        sides = [entries.get(id, {"verdict": "missing", "conditions": []}) for entries in both]
        conditions = [_by_key(side["conditions"]) for side in sides]
        for key in dict.fromkeys([*conditions[0], *conditions[1]]) or [None]:
            one, other = (found.get(key) for found in conditions)
            names = dict.fromkeys(side["quantity"] for side in (one, other) if side)
            row = {"id": id, "quantity": "; ".join(names), "verdicts": [side["verdict"] for side in sides]}
            rows.append(row | {"run": one, "reference": other} | agreement(one, other))
    return rows


def print_comparison(path: Path, reference: Path) -> None:
    """Print the comparison of two claims.json as a table, and one line that sums it up."""

    def measured(condition: dict[str, Any] | None) -> str:
        if condition is None:
            return ""
        low, high = interval_text(condition)
        return f"{condition['estimate']:.4g} [{low}, {high}]"

    rows = compare(read_claims(path), read_claims(reference))
    table = Table(title=f"{path} against {reference}")
    for heading in ("claim", "measured", "run", "reference", "difference", "tolerance", ""):
        table.add_column(heading)
    last = None
    for row in rows:
        if row["id"] != last:
            run, before = row["verdicts"]
            table.add_section()
            table.add_row(row["id"], run if run == before else f"[red]{run}, was {before}[/]")
        last = row["id"]
        if row["quantity"]:
            gap = "" if row["difference"] is None else f"{row['difference']:.2g} [{row['low']:.2g}, {row['high']:.2g}]"
            bound = "" if row["tolerance"] is None else f"{row['tolerance']:.2g}"
            sides = (measured(row["run"]), measured(row["reference"]))
            colour = COLOURS[row["agreement"]]
            table.add_row("", row["quantity"], *sides, gap, bound, f"[{colour}]{row['agreement']}[/]")
    console = Console()
    console.width = max(console.width, 160)  # a log has no width of its own
    console.print(table)
    counts = {name: sum(row["agreement"] == name and bool(row["quantity"]) for row in rows) for name in COLOURS}
    changed = sorted({row["id"] for row in rows if row["verdicts"][0] != row["verdicts"][1]})
    print(", ".join(f"{count} {name}" for name, count in counts.items()), end="; ")
    print(f"verdicts that changed: {', '.join(changed) or 'none'}")
    print(
        "identical: to nine digits; "
        f"equivalent: the 95% interval of the difference lies within {TOLERANCE:.0%} of the larger estimate or "
        "threshold; compatible: it contains zero; different: neither"
    )
