"""Write the numbers of the paper."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from rankcollapse.claims.records import read_claims
from rankcollapse.commands.options import Frames, Output
from rankcollapse.experiments import rooms
from rankcollapse.experiments.given import read_frames
from rankcollapse.experiments.ledger import statements
from rankcollapse.provenance.records import Manifest
from rankcollapse.report import artifact
from rankcollapse.report.numbers import from_run, to_tex
from rankcollapse.storage.files import write_whole

SOURCES = {
    "run": "this run",
    "reference": "the committed reference results",
    "both": "this run and the committed reference results",
}


def numbers(
    frames: Frames,
    manifest: Annotated[Path, typer.Option(help="manifest.json of the run")],
    claims: Annotated[Path, typer.Option(help="claims.json of the run")],
    output: Output,
    reference: Annotated[
        list[Path] | None,
        typer.Option(help="manifest.json of reference results, claims.json beside it; may be repeated"),
    ] = None,
    results_from: Annotated[
        Literal["run", "reference", "both"],
        typer.Option(help="whether frames were computed here, are reference results, or some of each"),
    ] = "run",
) -> None:
    """Write every number of the paper as a LaTeX macro: what every run has, then what each experiment has."""
    given, run = read_frames(frames), Manifest.read(manifest)
    shown = {name: [claim.id for claim in statements().values() if claim.figure == name] for name in rooms.names()}
    made = {name: (rooms.needed(name), shown[name]) for name in rooms.names()}
    references = {path: Manifest.read(path) for path in reference or []}
    others = {path: other.scale for path, other in references.items() if other.scale != run.scale}
    elsewhere = {scale: read_claims(path.with_name("claims.json")) for path, scale in others.items()}
    results = from_run(run, read_claims(claims), elsewhere)
    results |= artifact.numbers(run, list(references.values()), made)
    results["results.from"] = SOURCES[results_from]
    for name in given.decided():
        results |= rooms.module(name, "numbers").numbers(given)
    write_whole(output, to_tex(results))
