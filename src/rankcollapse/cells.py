"""Running one cell and joining the cells of a frame."""

import importlib
import inspect
import json
import re
import time
from pathlib import Path

from pydantic import ConfigDict, ValidationError, validate_call

from rankcollapse.config import explain, literal
from rankcollapse.device import resolve_device
from rankcollapse.errors import UserError
from rankcollapse.files import write_whole
from rankcollapse.frames import concatenate, write_frame
from rankcollapse.provenance import describe
from rankcollapse.source import settings_hash


def run_cell(frame: str, settings: list[str], output: Path, device: str, threads: int) -> None:
    """Compute one cell and write its rows and, beside them, its provenance.

    Args:
        frame: `EXPERIMENT.PART`: the module below `rankcollapse.experiments` whose `run` computes it.
        settings: the arguments of `run`, each as `KEY=VALUE`.
        output: Parquet file to write; the provenance goes to the same name ending in `.json`.
        device: `cpu`, `cuda` or `auto`.
        threads: the threads that torch was given, for the record.

    Raises:
        UserError: there is no such frame, or its settings are not what `run` takes.
    """
    module = f"rankcollapse.experiments.{frame}"
    if not re.fullmatch(r"[a-z]+\.[a-z_]+", frame) or importlib.util.find_spec(module) is None:
        raise UserError(f"there is no frame {frame!r}; a frame is EXPERIMENT.PART, for example depth.rank")
    compute = importlib.import_module(module).run
    arguments = dict(setting.partition("=")[::2] for setting in settings)
    arguments = {key: literal(value) for key, value in arguments.items()}
    device = resolve_device(device)
    start = time.monotonic()
    try:
        table = validate_call(compute, config=ConfigDict(strict=True))(**arguments, device=device)
    except ValidationError as error:
        known = [name for name in inspect.signature(compute).parameters if name != "device"]
        raise explain(error, f"the settings of {frame}", known) from None
    provenance = describe(module, arguments, device, threads, time.monotonic() - start)
    output.parent.mkdir(parents=True, exist_ok=True)
    write_frame(table, output)
    write_whole(output.with_suffix(".json"), json.dumps(provenance, indent=2, ensure_ascii=False) + "\n")


def gather_cells(cells: list[Path], output: Path) -> None:
    """Join the cells of a frame in the order given, and their provenance in the file ending in `.json`."""
    records = [json.loads(cell.with_suffix(".json").read_text(encoding="utf-8")) for cell in cells]
    table = concatenate(cells)
    provenance = {
        "rows": table.num_rows,
        "settings_sha256": settings_hash([record["settings"] for record in records]),
        "seconds": round(sum(record["seconds"] for record in records), 3),
        "devices": sorted({record["device"] for record in records}),
        "cells": records,
    }
    write_frame(table, output)
    write_whole(output.with_suffix(".json"), json.dumps(provenance, indent=2, ensure_ascii=False) + "\n")
