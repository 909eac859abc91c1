"""Print the verdicts."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rankcollapse.claims.records import read_claims
from rankcollapse.commands.options import Claims
from rankcollapse.report.verdicts import COLOURS, condition_texts, counted


def verify(claims: Claims) -> None:
    """Print the verdicts as a table. A refuted claim is a finding, not an error."""
    found = read_claims(claims)
    table = Table(title="Claims")
    for heading in ("claim", "verdict", "measured", "estimate", "95% interval", "holds if", "n"):
        table.add_column(heading)
    for claim in found:
        table.add_section()
        table.add_row(
            escape(claim.id),
            f"[{COLOURS[claim.verdict]}]{claim.verdict}[/]",
            claim.to_decide and escape(f"to decide it: {claim.to_decide}"),
        )
        for condition in claim.conditions:
            table.add_row("", condition.verdict.replace("_", " "), *map(escape, condition_texts(condition)))
    console = Console()
    console.width = max(console.width, 110)  # a log has no width of its own
    console.print(table)
    print(counted(found))
