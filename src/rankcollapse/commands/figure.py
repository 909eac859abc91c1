"""Draw the figure of an experiment."""

from pathlib import Path
from typing import Annotated

import typer

from rankcollapse.commands.options import Frames
from rankcollapse.errors import UserError
from rankcollapse.experiments import rooms
from rankcollapse.experiments.given import read_frames
from rankcollapse.provenance.checkout import commit
from rankcollapse.report.latex import advice, missing_packages
from rankcollapse.report.style import save


def figure(
    name: Annotated[str, typer.Argument(help="experiment, e.g. trainability")],
    frames: Frames,
    output: Annotated[list[Path], typer.Option(help="NAME.png, or NAME.pgf to be typeset by LaTeX; may be repeated")],
    settings_sha256: Annotated[str, typer.Option(help="hash of the settings, kept in the file's metadata")] = "",
) -> None:
    """Draw the figure of an experiment from its frames; commit and hashes go into the files' metadata."""
    module = rooms.module(name, "figure")
    for path in output:
        if path.suffix not in (".png", ".pgf"):
            raise UserError(f"{path}: a figure ends in .png or .pgf")
        if path.suffix == ".pgf" and (missing := missing_packages()):
            raise UserError(advice(missing))
    drawn = module.draw(read_frames(frames))
    metadata = {
        "Title": f"rankcollapse: {name}",
        "Commit": commit().told(),
        "Settings-SHA256": settings_sha256,
        "Source": module.__name__,
    }
    for path in output:
        save(drawn, path, metadata)
