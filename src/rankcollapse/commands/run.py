"""Compute one cell, or the few cells of one job."""

import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from pydantic import ValidationError

from rankcollapse.commands.options import Output
from rankcollapse.config.validation import explain, literal
from rankcollapse.datasets.catalogue import cached_files, catalogue
from rankcollapse.errors import UserError, of_memory, told
from rankcollapse.experiments import rooms
from rankcollapse.experiments.base import Cell, Derived
from rankcollapse.training.devices import memory, resolve_device, take_gpu


def run(
    frame: Annotated[str, typer.Argument(help="what to compute, e.g. trainability.rank")],
    settings: Annotated[
        list[str], typer.Argument(help="KEY=VALUE with VALUE in JSON or plain text, e.g. depths=[0,2]")
    ],
    output: Output,
    device: Annotated[Literal["cpu", "cuda", "auto"], typer.Option(help="where; auto is cuda if there is one")] = "cpu",
    threads: Annotated[int, typer.Option(min=1, help="threads to use")] = 1,
    checkpoint_every: Annotated[float, typer.Option(min=0, help="seconds between two checkpoints of training")] = 30.0,
) -> None:
    """Compute one cell: OUTPUT gets its rows, and OUTPUT with the ending .json its provenance.

    With each=[{KEY: VALUE, ...}, ...] there is a cell for each of these further settings. Training that was killed
    goes on from its last checkpoint when the same command is given again.
    """
    for library in ("OMP", "MKL", "OPENBLAS"):
        os.environ[f"{library}_NUM_THREADS"] = str(threads)  # read when torch is imported
    lock = take_gpu() if device != "cpu" else None  # held until the process ends
    import torch

    device = resolve_device(device)
    if lock:
        used = f"on GPU {os.environ['CUDA_VISIBLE_DEVICES']}"
        on_cpu = f"on the CPU: torch cannot use GPU {os.environ['CUDA_VISIBLE_DEVICES']}"
        print(used if device == "cuda" else on_cpu, file=sys.stderr, flush=True)
    torch.set_num_threads(threads)
    torch.backends.cudnn.allow_tf32 = False  # as matrix products have it: float32 is float32
    try:
        run_cell(frame, settings, output, device, threads, checkpoint_every)
    except (RuntimeError, MemoryError) as error:
        if not isinstance(error, torch.OutOfMemoryError) and not of_memory(error):
            raise
        raise UserError(
            f"the {device} is out of memory{told(error)}. Use a smaller setting or another device."
        ) from None


def read_arguments(frame: str, settings: list[str], output: Path) -> tuple[dict[str, Any], list[Cell]]:
    """The settings of a job as given, and its cells.

    Raises:
        UserError: there is no such frame, it is not computed from cells, or the settings are not what its cells take.
    """
    kind = rooms.cell_type(frame)
    if issubclass(kind, Derived):
        raise UserError(f"{frame} is computed from other frames: rankcollapse derive {frame} FRAMES")
    if wrong := [setting for setting in settings if "=" not in setting]:
        raise UserError(f"settings are given as KEY=VALUE, got {wrong[0]!r}")
    if output.suffix != ".parquet":
        raise UserError(f"{output}: the output of a cell must end in .parquet")
    keys = [setting.partition("=")[0] for setting in settings]
    if twice := [key for key in keys if keys.count(key) > 1]:
        raise UserError(f"{twice[0]} is given twice; give each setting once")
    arguments = {key: literal(value) for key, _, value in (setting.partition("=") for setting in settings)}
    if "device" in arguments:
        raise UserError(f"device is an option, not a setting: --device {arguments['device']}")
    each = arguments.get("each", [{}])
    if not (isinstance(each, list) and each and all(isinstance(further, dict) for further in each)):
        raise UserError(f"each must be a list of mappings of settings, got {each!r}")
    shared = {name: value for name, value in arguments.items() if name != "each"}
    try:
        return arguments, [kind.model_validate(shared | further) for further in each]
    except ValidationError as error:
        raise explain(error, f"the settings of {frame}", kind) from None


def check_size(frame: str, cells: list[Cell], device: str) -> None:
    """Refuse cells that cannot fit, before they take all memory.

    Raises:
        UserError: one needs more than the device, or a limit on it, has.
    """
    least, (most, limit) = max(cell.least_bytes() for cell in cells), memory(device)
    if least > most:
        raise UserError(
            f"this cell of {frame} needs {least} bytes at least, for one state of each of its networks;"
            f" {limit} has {most}. Use fewer networks, a smaller width, or a smaller batch."
        )


def run_cell(frame: str, settings: list[str], output: Path, device: str, threads: int, checkpoint_every: float) -> None:
    """Compute the cells of one job and write the rows and, beside them, the provenance; options are those of `run`."""
    import inspect

    import pyarrow as pa

    from rankcollapse.provenance.cells import describe
    from rankcollapse.provenance.fingerprints import settings_hash
    from rankcollapse.storage.frames import write_frame
    from rankcollapse.training.session import Session

    arguments, cells = read_arguments(frame, settings, output)
    check_size(frame, cells, device)
    name = arguments.get("dataset")
    if name in catalogue() and not all(path.is_file() for path in cached_files(name)):
        from rankcollapse.datasets.fetch import fetch  # what it imports for the network is seldom needed

        fetch(name)
    module = rooms.module(frame.partition(".")[0], cells[0].COMPUTED_BY)
    # before the run: the source as it was imported, not as it may be edited meanwhile
    provenance = describe([module.__name__, __name__], arguments, device, threads)
    session = Session(output.with_suffix(".checkpoints"), settings_hash(provenance.identity()), checkpoint_every)
    start = time.monotonic()
    tables = []
    for number, cell in enumerate(cells):
        of_cell = session.within(f"{number}-") if len(cells) > 1 else session
        phases = {"session": of_cell} if "session" in inspect.signature(module.run).parameters else {}
        tables.append(module.run(cell, device=device, **phases))
    seconds = round(session.earlier + time.monotonic() - start, 3)
    output.parent.mkdir(parents=True, exist_ok=True)
    provenance.model_copy(update={"seconds": seconds, "clock": session.clock}).write(output.with_suffix(".json"))
    write_frame(pa.concat_tables(tables, promote_options="default"), output)
    session.forget()
