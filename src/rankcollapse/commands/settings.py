"""Document the settings."""

from pathlib import Path
from typing import Annotated

import typer

from rankcollapse.config.documentation import write_documentation


def settings(
    folder: Annotated[Path, typer.Argument(help="where schema.json and README.md are")] = Path("config"),
) -> None:
    """Bring config/schema.json and the table in config/README.md in step with the typed models."""
    write_documentation(folder)
