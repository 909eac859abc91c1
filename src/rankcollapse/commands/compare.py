"""Hold a run against reference results: every quantity that decides a claim, statistically and not by bytes."""

import math
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rankcollapse.claims.records import Claim, Condition, read_claims
from rankcollapse.claims.rounding import Rounding
from rankcollapse.commands.options import Claims
from rankcollapse.config.differences import differences
from rankcollapse.errors import UserError
from rankcollapse.experiments import rooms
from rankcollapse.experiments.ledger import stated
from rankcollapse.provenance.records import Manifest
from rankcollapse.report.verdicts import interval_text

TOLERANCE = 0.1  # of the larger of the two estimates, or of the threshold if that is larger
COLOURS = {
    "identical": "green",
    "equivalent": "green",
    "compatible": "green",
    "different": "red",
    "only one": "yellow",
}


class Agreement(NamedTuple):
    """Two measurements of one quantity: their difference with its 95% interval, and the tolerance."""

    agreement: Literal["identical", "equivalent", "compatible", "different", "only one"]
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    tolerance: float | None = None


class Row(NamedTuple):
    """One quantity of a claim in both runs; None where a run does not have it."""

    id: str
    quantity: str
    verdicts: tuple[str, str]
    run: Condition | None
    reference: Condition | None
    agreement: Agreement


def agreement(one: Condition | None, other: Condition | None, rounding: float = 0.0) -> Agreement:
    """How two measurements of one quantity agree.

    They are taken to be independent, which makes the interval of their difference too wide where the runs share seeds;
    its half-width is the root of the sum of the squares of theirs.

    Args:
        one: measured by a run.
        other: measured by the reference.
        rounding: how far rounding alone moves the quantity, see `Rounding.moves`; the interval is at least as wide.

    Returns:
        "identical": estimates and intervals are the same to nine digits; else "equivalent": the difference's interval
        lies within the tolerance; else "compatible": it contains zero; else "different"; "only one": there is nothing
        to compare, or it has no interval.
    """
    if one is None or other is None:
        return Agreement("only one")
    difference = one.estimate - other.estimate
    if all(math.isclose(*pair, rel_tol=1e-9) for pair in zip(one.interval[:3], other.interval[:3], strict=True)):
        return Agreement("identical", difference, difference, difference, 0.0)
    if None in (one.ci_low, one.ci_high, other.ci_low, other.ci_high):
        return Agreement("only one")
    half = max(rounding, math.hypot(*((side.ci_high - side.ci_low) / 2 for side in (one, other))))
    tolerance = TOLERANCE * max(abs(one.estimate), abs(other.estimate), abs(one.threshold))
    if abs(difference) + half <= tolerance:
        found = "equivalent"
    else:
        found = "compatible" if abs(difference) <= half else "different"
    return Agreement(found, difference, difference - half, difference + half, tolerance)


def rows(claims: list[Claim], reference: list[Claim], rounding: Rounding | None = None) -> list[Row]:
    """Every condition of every claim of a run beside that of the reference; a claim without any has one row too.

    Conditions are told apart by their quantity, which does not depend on what was found.
    """
    both = [{claim.id: claim for claim in entries} for entries in (claims, reference)]
    found = []
    for id in dict.fromkeys([*both[0], *both[1]]):
        sides = [entries.get(id) for entries in both]
        verdicts = tuple(side.verdict if side else "missing" for side in sides)
        conditions = [{each.quantity: each for each in (side.conditions if side else [])} for side in sides]
        for quantity in dict.fromkeys([*conditions[0], *conditions[1]]) or [None]:
            one, other = (each.get(quantity) for each in conditions)
            names = dict.fromkeys(side.text for side in (one, other) if side)
            moved = rounding.moves(id, quantity) if rounding else 0.0
            found.append(Row(id, "; ".join(names), verdicts, one, other, agreement(one, other, moved)))
    return found


def _measured(condition: Condition | None) -> str:
    if condition is None:
        return ""
    low, high = interval_text(condition)
    return f"{condition.estimate:.4g} [{low}, {high}]"


def _table(title: str, found: list[Row]) -> Table:
    table = Table(title=escape(title))
    for heading in ("claim", "measured", "run", "reference", "difference", "tolerance", ""):
        table.add_column(heading)
    last = None
    for row in found:
        if row.id != last:
            run, before = row.verdicts
            table.add_section()
            table.add_row(escape(row.id), run if run == before else f"[red]{run}, was {before}[/]")
        last = row.id
        if row.quantity:
            name, difference, low, high, tolerance = row.agreement
            gap = "" if difference is None else f"{difference:.2g} [{low:.2g}, {high:.2g}]"
            bound = "" if tolerance is None else f"{tolerance:.2g}"
            sides = (_measured(row.run), _measured(row.reference))
            table.add_row("", escape(row.quantity), *sides, gap, bound, f"[{COLOURS[name]}]{name}[/]")
    return table


def _explained(found: list[Row], manifests: tuple[Path, Path]) -> list[str]:
    """The settings in which runs differ, for each experiment whose claims differ; nothing without both manifests."""
    if not all(path.exists() for path in manifests):
        return []
    runs = [Manifest.read(path) for path in manifests]
    both = [row for row in found if "not_run" not in row.verdicts]
    differing = {row.id for row in both if row.verdicts[0] != row.verdicts[1] or row.agreement.agreement == "different"}
    lines = []
    for name in rooms.names():
        ids = [claim.id for claim in stated(name) if claim.id in differing]
        sections = dict.fromkeys(frame.partition(".")[0] for frame in (name, *rooms.needed(name)))
        changed = [
            f"{section}.{key} {one}, was {other}"
            for section in sections
            for key, (one, other) in differences(*(run.settings.get(section, {}) for run in runs)).items()
        ]
        if ids and changed:
            lines.append(f"settings that differ behind {', '.join(ids)}: {'; '.join(changed)}")
    return lines


def compare(
    claims: Claims,
    reference: Annotated[Path, typer.Argument(help="claims.json to compare it with; rounding.json beside it is read")],
    strict: Annotated[
        bool, typer.Option(help="fail if a verdict differs, or a quantity is different or unpaired")
    ] = False,
    brief: Annotated[bool, typer.Option(help="leave out the table")] = False,
) -> None:
    """Print what a run measured beside reference results: equivalent, compatible or different beyond rounding."""
    study = reference.with_name("rounding.json")
    rounding, before = Rounding.read(study) if study.exists() else None, read_claims(reference)
    known = {(claim.id, each.quantity) for claim in before for each in claim.conditions}
    studied = rounding.conditions if rounding else []
    if other := [each.quantity for each in studied if (each.claim, each.quantity) not in known]:
        raise UserError(f"{study} is a study of other results than {reference} ({other[0]!r}); renew it")
    found = rows(read_claims(claims), before, rounding)
    if not brief:
        console = Console()
        console.width = max(console.width, 160)  # a log has no width of its own
        console.print(_table(f"{claims} against {reference}", found))
    measured = [row.agreement.agreement for row in found if row.quantity]
    changed = {row.id: row.verdicts for row in found if row.verdicts[0] != row.verdicts[1]}
    single = [id for id, pair in changed.items() if "not_run" in pair and "missing" not in pair]
    changed = {id: pair for id, pair in changed.items() if id not in single}
    named = "; ".join(f"{id} {run}, was {other}" for id, (run, other) in changed.items())
    print(f"against {reference}: quantities " + ", ".join(f"{measured.count(name)} {name}" for name in COLOURS))
    if not brief:
        print(
            "identical: to nine digits; "
            f"equivalent: the 95% interval of the difference lies within {TOLERANCE:.0%} of the larger estimate or "
            "threshold; compatible: it contains zero; different: neither. "
            + ("The interval is at least as wide as what rounding moves." if rounding else "Rounding was not studied.")
        )
    print(f"verdicts that differ: {named or 'none'}")
    if single:
        print(f"claims that only one of the two has run: {', '.join(single)}")
    for line in _explained(found, (claims.with_name("manifest.json"), reference.with_name("manifest.json"))):
        print(line)
    if strict and (changed or single or "different" in measured or "only one" in measured):
        raise UserError("this run does not agree with the reference results")
