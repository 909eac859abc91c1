"""Join the cells of a frame; a short job, so it imports neither torch nor pandas."""

import re
from pathlib import Path
from typing import Annotated

import typer

from rankcollapse.commands.options import Output
from rankcollapse.errors import UserError
from rankcollapse.provenance.costs import cost
from rankcollapse.provenance.files import FileRecord, sha256
from rankcollapse.provenance.fingerprints import settings_hash
from rankcollapse.provenance.records import CellRecord
from rankcollapse.storage.frames import concatenate, write_frame


def gather(
    cells: Annotated[list[Path], typer.Argument(help="cells, *.parquet, each with its provenance beside it")],
    benchmarks: Annotated[Path, typer.Option(help="folder of their benchmark files, for the record of what they cost")],
    output: Output,
) -> None:
    """Join the cells of one frame in the order given, and their provenance in the file ending in .json."""
    if output.suffix != ".parquet":
        raise UserError(f"{output}: a frame ends in .parquet, and its provenance is beside it in .json")
    records = [CellRecord.read(cell.with_suffix(".json")) for cell in cells]
    table = concatenate(cells)
    write_frame(table, output)
    phases: dict[str, float] = {}
    for record in records:
        for phase, clock in record.clock.items():
            name = re.sub(r"^\d+-", "", phase)  # of the cells of a job
            phases[name] = round(phases.get(name, 0.0) + clock[-1][1], 3)
    provenance = FileRecord(
        sha256=sha256(output),
        rows=table.num_rows,
        settings_sha256=settings_hash([record.settings for record in records]),
        seconds=round(sum(record.seconds for record in records), 3),
        phases=phases,
        cost=cost([path for path in (benchmarks / f"{cell.stem}.tsv" for cell in cells) if path.is_file()]),
        devices=sorted({record.device for record in records}),
        cells=records,
    )
    provenance.write(output.with_suffix(".json"))
