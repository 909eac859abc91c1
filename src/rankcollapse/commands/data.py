"""Fetch a data set."""

from pathlib import Path
from typing import Annotated

import typer

from rankcollapse.datasets.catalogue import find
from rankcollapse.datasets.fetch import fetch
from rankcollapse.errors import UserError
from rankcollapse.storage.files import write_whole


def data(
    name: Annotated[str, typer.Argument(help="data set of the catalogue")],
    path: Annotated[
        Path | None, typer.Option("--from", help="take it from this folder or archive and from nowhere else")
    ] = None,
    record: Annotated[Path | None, typer.Option(help="write what was verified to this JSON file")] = None,
) -> None:
    """Fetch a data set into the cache (data/, or $RANKCOLLAPSE_CACHE), verified against the catalogue."""
    if path and not path.expanduser().exists():
        raise UserError(f"there is no {path}: after --from name the folder or archive that has {name}, or leave it out")
    for file in fetch(name, path):
        print(file)
    if record:
        write_whole(record, find(name).model_dump_json(include={"title", "files"}, indent=2) + "\n")
