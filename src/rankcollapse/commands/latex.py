"""Look for LaTeX."""

import typer

from rankcollapse.report.latex import missing_packages


def latex() -> None:
    """Print the Debian packages that typesetting the paper still needs; exit with 1 if there are any."""
    if missing := missing_packages():
        print(" ".join(missing))
        raise typer.Exit(1)
