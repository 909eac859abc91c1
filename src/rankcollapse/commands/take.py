"""Take a frame from reference results instead of computing it."""

from pathlib import Path
from typing import Annotated

import typer

from rankcollapse.commands.options import Output
from rankcollapse.errors import UserError
from rankcollapse.provenance.files import FileManifest, sha256
from rankcollapse.storage.files import write_whole
from rankcollapse.storage.frames import read_frame


def take(
    frame: Annotated[Path, typer.Argument(help="frame of reference results, FOLDER/frames/EXPERIMENT.PART.parquet")],
    output: Output,
) -> None:
    """Copy a frame of reference results, and its provenance from their manifest.json to the file ending in .json."""
    if output.suffix != ".parquet":
        raise UserError(f"{output}: a frame ends in .parquet, and its provenance is beside it in .json")
    path = frame.absolute().parent.parent / "manifest.json"
    record = FileManifest.read(path).frames.get(frame.stem)
    rows = read_frame(frame).num_rows  # all that an older manifest says of the file
    if record is None or record.rows != rows or record.sha256 not in (None, sha256(frame)):
        raise UserError(f"{frame} is not the frame that {path} describes; copy both from one run")
    record.write(output.with_suffix(".json"))
    write_whole(output, frame.read_bytes())
