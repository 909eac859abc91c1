"""Arguments and options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

Output = Annotated[Path, typer.Option(help="file to write; written whole or not at all")]
Frames = Annotated[list[Path], typer.Argument(help="frames, EXPERIMENT.PART.parquet")]
Claims = Annotated[Path, typer.Argument(help="claims.json of a run")]
