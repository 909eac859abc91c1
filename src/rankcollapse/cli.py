"""The command line: every rule of the workflow is one of these commands, and a person can type them too."""

import errno
import json
import os
import re
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from rankcollapse.errors import UserError
from rankcollapse.gpus import take_gpu

# Heavy imports (torch, pandas, matplotlib) stay inside the commands that need them.

NO_MEMORY = re.compile("allocate memory|failed to map")  # of torch, which has no type for it; of a library's import

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

Output = Annotated[Path, typer.Option(help="file to write; written whole or not at all")]
Frames = Annotated[list[Path], typer.Argument(help="frames, EXPERIMENT.PART.parquet")]


@app.command()
def data(
    name: Annotated[str, typer.Argument(help="data set of the catalogue")],
    path: Annotated[
        Path | None, typer.Option("--from", help="take it from this folder or archive and from nowhere else")
    ] = None,
    record: Annotated[Path | None, typer.Option(help="write what was verified to this JSON file")] = None,
) -> None:
    """Fetch a data set into the cache (data/, or $RANKCOLLAPSE_CACHE), verified against the catalogue."""
    from rankcollapse.datasets.catalogue import find
    from rankcollapse.datasets.fetch import fetch
    from rankcollapse.files import write_whole

    for file in fetch(name, path):
        print(file)
    if record:
        write_whole(record, find(name).model_dump_json(include={"title", "files"}, indent=2) + "\n")


@app.command()
def run(
    frame: Annotated[str, typer.Argument(help="what to compute, e.g. depth.rank")],
    settings: Annotated[
        list[str], typer.Argument(help="KEY=VALUE with VALUE in JSON or plain text, e.g. depths=[0,2]")
    ],
    output: Output,
    device: Annotated[Literal["cpu", "cuda", "auto"], typer.Option(help="where; auto is cuda if there is one")] = "cpu",
    threads: Annotated[int, typer.Option(min=1, help="threads to use")] = 1,
    checkpoint_every: Annotated[float, typer.Option(min=0, help="seconds between two checkpoints of training")] = 30.0,
) -> None:
    """Compute one cell: OUTPUT gets its rows, and OUTPUT with the ending .json its provenance.

    Training that was killed goes on from its last checkpoint when the same command is given again.
    """
    for library in ("OMP", "MKL", "OPENBLAS"):
        os.environ[f"{library}_NUM_THREADS"] = str(threads)  # read when torch is imported
    lock = take_gpu() if device != "cpu" else None  # held until the process ends
    if lock:
        print(f"on GPU {os.environ['CUDA_VISIBLE_DEVICES']}", file=sys.stderr, flush=True)
    import torch

    from rankcollapse.cells import run_cell

    torch.set_num_threads(threads)
    try:
        run_cell(frame, settings, output, device, threads, checkpoint_every)
    except (RuntimeError, MemoryError) as error:  # torch has no type of its own for a full CPU memory
        if not isinstance(error, (torch.OutOfMemoryError, MemoryError)) and not NO_MEMORY.search(str(error)):
            raise
        raise UserError(f"the {device} is out of memory ({error}). Use a smaller setting or another device.") from None


@app.command()
def bounds(frames: Frames, output: Output) -> None:
    """Compute the bounds of Theorem 2 from the chains of Figure 3a."""
    from rankcollapse.downstream import compute_bounds

    compute_bounds(frames, output)


@app.command()
def gather(
    cells: Annotated[list[Path], typer.Argument(help="cells, *.parquet")],
    benchmarks: Annotated[Path, typer.Option(help="folder of their benchmark files, for the record of what they cost")],
    output: Output,
) -> None:
    """Join the cells of one frame, and their provenance."""
    from rankcollapse.gather import gather_cells

    gather_cells(cells, benchmarks, output)


@app.command()
def figure(
    name: Annotated[str, typer.Argument(help="experiment, e.g. depth")],
    frames: Frames,
    output: Annotated[list[Path], typer.Option(help="NAME.png, or NAME.pgf to be typeset by LaTeX; may be repeated")],
    settings_sha256: Annotated[str, typer.Option(help="hash of the settings, kept in the file's metadata")] = "",
) -> None:
    """Draw the figure of an experiment from its frames."""
    from rankcollapse.downstream import draw_figure

    draw_figure(name, frames, output, settings_sha256)


@app.command()
def claims(frames: Frames, output: Output) -> None:
    """Judge every claim that these frames decide."""
    from rankcollapse.downstream import judge_claims

    judge_claims(frames, output)


@app.command()
def manifest(
    frames: Frames,
    scale: Annotated[str, typer.Option(help="name of the scale")],
    settings: Annotated[str, typer.Option(help="the settings of the scale, JSON")],
    output: Output,
) -> None:
    """Collect the provenance of a run: its settings and everything that made its frames."""
    from rankcollapse.downstream import collect_manifest

    collect_manifest(frames, scale, json.loads(settings), output)


@app.command()
def numbers(
    frames: Frames,
    manifest: Annotated[Path, typer.Option(help="manifest.json of the run")],
    claims: Annotated[Path, typer.Option(help="claims.json of the run")],
    output: Output,
    reference: Annotated[
        list[Path] | None, typer.Option(help="manifest.json of reference results, for their cost; may be repeated")
    ] = None,
) -> None:
    """Write every number of the paper as a LaTeX macro."""
    from rankcollapse.downstream import write_numbers

    write_numbers(frames, manifest, claims, reference or [], output)


@app.command()
def verify(claims: Annotated[Path, typer.Argument(help="claims.json of a run")]) -> None:
    """Print the verdicts as a table. A refuted claim is a finding, not an error."""
    from rankcollapse.downstream import print_verdicts

    print_verdicts(claims)


@app.command()
def page(claims: Annotated[Path, typer.Argument(help="claims.json of a run")], output: Output) -> None:
    """Write the verdicts alone as one HTML page; the whole report is made by `snakemake report`."""
    from rankcollapse.page import write_page

    write_page(claims, output)


@app.command()
def compare(
    claims: Annotated[Path, typer.Argument(help="claims.json of a run")],
    reference: Annotated[Path, typer.Argument(help="claims.json to compare it with")],
) -> None:
    """Print what a run measured beside reference results: equivalent, compatible or different."""
    from rankcollapse.compare import print_comparison

    print_comparison(claims, reference)


@app.command()
def crate(
    results: Annotated[Path, typer.Argument(help="folder of a finished run")],
    files: Annotated[list[Path], typer.Argument(help="files of it to hand on")],
    output: Output,
) -> None:
    """Pack a finished run as an RO-Crate (Workflow Run profile): workflow, settings, results, provenance."""
    from rankcollapse.package import write_crate

    write_crate(results, files, output)


@app.command()
def tarball(
    paper: Annotated[Path, typer.Argument(help="LaTeX source")],
    bibliography: Annotated[Path, typer.Argument(help="the .bbl that BibTeX made")],
    numbers: Annotated[Path, typer.Argument(help="numbers.tex of the run")],
    figures: Annotated[list[Path], typer.Argument(help="PGF figures of the run")],
    output: Output,
) -> None:
    """Pack the paper as arXiv takes it, and compile it once from the tarball alone."""
    from rankcollapse.package import write_tarball

    write_tarball(paper, bibliography, numbers, figures, output)


@app.command()
def archive(
    files: Annotated[list[Path], typer.Argument(help="what of a run to hand on: crate, tarball, paper")], output: Output
) -> None:
    """Pack the sources, the reference results and a run into one zip, with SHA256SUMS of every file."""
    from rankcollapse.package import write_archive

    write_archive(files, output)


@app.command()
def latex() -> None:
    """Print the Debian packages that typesetting the paper still needs; exit with 1 if there are any."""
    from rankcollapse.latex import missing_packages

    if missing := missing_packages():
        print(" ".join(missing))
        raise typer.Exit(1)


@app.command()
def settings(
    folder: Annotated[Path, typer.Argument(help="where schema.json and README.md are")] = Path("config"),
) -> None:
    """Bring config/schema.json and the table in config/README.md in step with the typed models."""
    from rankcollapse.config import write_documentation

    write_documentation(folder)


def main() -> None:
    """Run the command line; what the user can mend is told in one message, without a traceback."""
    sys.stdout.reconfigure(errors="replace")  # for a terminal that is not UTF-8
    try:
        app()
    except UserError as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        advice = ". Free some space and give the same command again; what is finished is kept" if full else ""
        sys.exit(f"error: {place}{error.strerror or error}{advice}")
    except (ImportError, MemoryError) as error:
        if isinstance(error, ImportError) and not NO_MEMORY.search(str(error)):
            raise
        sys.exit(f"error: out of memory ({error}). Give it more memory, or use a smaller setting.")
