"""A made-up run that is handed on."""

import json
import zipfile
from pathlib import Path

import pyarrow as pa
from support.manifests import cell, frame, manifest

from rankcollapse.storage.frames import write_frame

TRACKED = ("README.md", "requirements.lock", "workflow/Snakefile", "config/smoke.yaml", "a name with spaces, é.txt")
REFERENCE = "results/reference/laptop/claims.json"
RUN = Path("results/smoke")
SHARED = {"data": {"set": {"images": "0" * 64}}, "packages": {"snakemake": "9.27.1"}}
CELLS = [
    cell(started="2026-01-02T03:04:05+00:00", seconds=100.4, **SHARED),
    cell(started="2026-01-02T03:04:00+00:00", seconds=1.0, commit="b" * 40, clean=False, **SHARED),
]


def made(scale):
    """The files of the run, its manifest written."""
    manifest({"trainability.rank": frame(*CELLS)}, scale).write(RUN / "manifest.json")
    return [RUN / "figures/trainability.png", RUN / "manifest.json"]


def finished():
    """The files of a finished run: a frame of cells, one that is derived, a figure, verdicts, the paper."""
    files = [RUN / "frames/trainability.rank.parquet", RUN / "derived/bounds.theorem.parquet"]
    for path in files:
        path.parent.mkdir(exist_ok=True)
        write_frame(pa.table({"depth": [1]}), path)
    others = [RUN / name for name in ("claims.json", "verdicts.html", "paper.pdf")]
    for path in others:
        path.write_text("{}")
    return [*files, *others, *made("smoke")]


def metadata(crate):
    graph = json.loads(zipfile.ZipFile(crate).read("ro-crate-metadata.json"))["@graph"]
    return {entity["@id"]: entity for entity in graph}
