"""Running one cell, or the few cells of one job."""

import importlib
import inspect
import json
import re
import time
from pathlib import Path

import pyarrow as pa
import torch
from pydantic import ConfigDict, ValidationError, validate_call

from rankcollapse.datasets.catalogue import cached_files, catalogue
from rankcollapse.device import resolve_device
from rankcollapse.errors import UserError
from rankcollapse.files import write_whole
from rankcollapse.frames import write_frame
from rankcollapse.provenance import describe
from rankcollapse.session import Session
from rankcollapse.source import ROOT, settings_hash
from rankcollapse.validation import explain, literal


def _computation(frame: str):
    """The `run` that computes the cells of a frame."""
    name = f"rankcollapse.experiments.{frame}"
    if re.fullmatch(r"[a-z]+\.[a-z_]+", frame) and (ROOT / f"{name.replace('.', '/')}.py").is_file():
        compute = getattr(importlib.import_module(name), "run", None)
        if compute:
            return compute
    raise UserError(f"there is no frame {frame!r}; a frame is EXPERIMENT.PART, for example depth.rank")


def run_cell(frame: str, settings: list[str], output: Path, device: str, threads: int, checkpoint_every: float) -> None:
    """Compute one cell, or those of one job, and write the rows and, beside them, the provenance.

    Args:
        frame: `EXPERIMENT.PART`: the module below `rankcollapse.experiments` whose `run` computes it.
        settings: the arguments of `run`, each as `KEY=VALUE`; with `each=[{KEY: VALUE, ...}, ...]` there is a cell for
            each of these further arguments.
        output: Parquet file to write; the provenance goes to the same name ending in `.json`.
        device: `cpu`, `cuda` or `auto`.
        threads: the threads that torch was given, for the record.
        checkpoint_every: seconds between two checkpoints, for a `run` that takes a session.

    Raises:
        UserError: there is no such frame, or its settings are not what `run` takes.
    """
    compute = _computation(frame)
    if wrong := [setting for setting in settings if "=" not in setting]:
        raise UserError(f"settings are given as KEY=VALUE, got {wrong[0]!r}")
    if output.suffix != ".parquet":
        raise UserError(f"{output}: the output of a cell must end in .parquet")
    arguments = {key: literal(value) for key, _, value in (setting.partition("=") for setting in settings)}
    taken = inspect.signature(compute).parameters
    known = [name for name in taken if name not in ("device", "session")]
    if "device" in arguments:
        raise UserError(f"device is an option, not a setting: --device {arguments['device']}")
    each = arguments.get("each", [{}])
    if not (isinstance(each, list) and each and all(isinstance(further, dict) for further in each)):
        raise UserError(f"each must be a list of mappings of settings, got {each!r}")
    device = resolve_device(device)
    name = arguments.get("dataset")
    if name in catalogue() and not all(path.is_file() for path in cached_files(name)):
        from rankcollapse.datasets.fetch import fetch  # what it imports for the network is seldom needed

        fetch(name)
    # before the run: the source as it was imported, not as it may be edited meanwhile
    provenance = describe(compute.__module__, arguments, device, threads)
    decisive = {key: value for key, value in provenance.items() if key not in ("commit", "clean", "started")}
    session = Session(output.with_suffix(".checkpoints"), settings_hash(decisive), checkpoint_every)
    torch.backends.cudnn.allow_tf32 = False  # as matrix products have it: float32 is float32
    start = time.monotonic()
    call = validate_call(compute, config=ConfigDict(strict=True, arbitrary_types_allowed=True))
    shared = {name: value for name, value in arguments.items() if name != "each"}
    tables = []
    try:
        for number, further in enumerate(each):
            session.prefix = f"{number}-" if len(each) > 1 else ""
            ours = {"device": device} | ({"session": session} if "session" in taken else {})
            tables.append(call(**shared | further | ours))
    except ValidationError as error:
        raise explain(error, f"the settings of {frame}", known) from None
    provenance["seconds"] = round(session.earlier + time.monotonic() - start, 3)
    provenance["clock"] = session.clock  # seconds at steps, by phase
    output.parent.mkdir(parents=True, exist_ok=True)
    write_whole(output.with_suffix(".json"), json.dumps(provenance, indent=2, ensure_ascii=False) + "\n")
    write_frame(pa.concat_tables(tables, promote_options="default"), output)
    session.forget()
