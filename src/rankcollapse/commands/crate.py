"""Pack a finished run as an RO-Crate."""

import mimetypes
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rocrate.rocrate import ROCrate

from rankcollapse.commands.options import Output
from rankcollapse.errors import UserError
from rankcollapse.experiments import rooms
from rankcollapse.provenance import checkout
from rankcollapse.provenance.checkout import WORKFLOW
from rankcollapse.provenance.records import Manifest
from rankcollapse.report.steps import Steps, context, times
from rankcollapse.storage.archives import zipped
from rankcollapse.storage.files import write_whole
from rankcollapse.storage.frames import read_frame

PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
LICENSE = "https://spdx.org/licenses/MIT"
MEDIA_TYPES = {".parquet": "application/vnd.apache.parquet", ".pgf": "text/x-tex", ".gz": "application/gzip"}


def crate(
    results: Annotated[Path, typer.Argument(help="folder of a finished run, with its manifest.json")],
    files: Annotated[list[Path], typer.Argument(help="files below it to hand on")],
    output: Output,
    taken: Annotated[list[str] | None, typer.Option(help="frame that the run took from reference results")] = None,
) -> None:
    """Pack a finished run as an RO-Crate (Provenance Run profile): workflow, settings, results, provenance of each job.

    The run is a `CreateAction` whose instrument is the workflow, and so is each job, with the module that computed it.
    """
    if outside := [path for path in (results, *files) if not path.resolve().is_relative_to(Path.cwd())]:
        raise UserError(f"{outside[0]} is not in the folder that this command was typed in; a crate is of files in it")
    made = [path.resolve().relative_to(Path.cwd()) for path in files]
    for path in made:
        if path.suffix == ".parquet":
            read_frame(path)  # nothing else may have read it since a disk changed a byte of it
    manifest_file = (results / "manifest.json").resolve().relative_to(Path.cwd())
    if manifest_file not in made:
        raise UserError(f"{manifest_file} must be among the files of the crate: it says what made the others")
    manifest = Manifest.read(manifest_file)
    if not manifest.cells:
        raise UserError(f"{manifest_file} is of a run without any job: there is nothing that a crate could describe")
    if unknown := [name for name in taken or [] if name not in manifest.frames]:
        raise UserError(f"--taken {unknown[0]}: {manifest_file} has no such frame")
    packed = _crate(manifest, manifest_file, made, taken or [])
    with tempfile.TemporaryDirectory() as folder:
        packed.write(folder)
        contents = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        write_whole(output, zipped({path.relative_to(folder).as_posix(): path.read_bytes() for path in contents}))


def _crate(manifest: Manifest, manifest_file: Path, made: list[Path], taken: list[str]) -> ROCrate:
    """The crate: what it is, its files, and the run that made them."""
    own = {name: frame for name, frame in manifest.frames.items() if name not in taken}
    # all times and devices that we know are those of cells; a run that took every frame has those of the frames it took
    computed = manifest.model_copy(update={"frames": own or manifest.frames})
    start, end = _times(computed)
    crate = ROCrate(version="1.1")  # what the profiles are made for
    crate.name = f"rankcollapse: a run at scale {manifest.scale}"
    crate.description = (
        "Batch Normalization Provably Avoids Rank Collapse for Randomly Initialised Deep Networks, recomputed: "
        "workflow, settings, frames, figures and verdicts"
    )
    crate.datePublished = end
    crate.license = context(crate, LICENSE, "CreativeWork", name="MIT")
    crate.root_dataset["conformsTo"] = [
        context(crate, id, "CreativeWork", name=name, version=id[-3:]) for id, name in PROFILES.items()
    ]
    crate.root_dataset["author"] = context(crate, "#authors", "Organization", name="The rankcollapse authors")
    entities = _add_files(crate, made, manifest.cells[0].packages["snakemake"])
    entities[Path("README.md")]["about"] = crate.root_dataset
    entities[WORKFLOW]["softwareRequirements"] = entities[Path("requirements.lock")]
    sources = "; ".join(sorted({cell.told() for cell in computed.cells}))
    others = f"; frames taken from reference results: {', '.join(sorted(taken))}" if taken else ""
    run = context(
        crate,
        "#run",
        "CreateAction",
        name=f"Run of the workflow at scale {manifest.scale}",
        startTime=start.isoformat(),
        endTime=end.isoformat(timespec="seconds"),
        description=f"on {_distinct(computed, 'device')}; {_distinct(computed, 'platform')}; cells computed by the "
        f"sources of {sources}{others}; settings as in the manifest",
        actionStatus="http://schema.org/CompletedActionStatus",
        agent={"@id": "#authors"},
    )
    run["instrument"] = entities[WORKFLOW]
    settings = Path(f"config/{manifest.scale}.yaml")  # one's own is not tracked: the manifest has its values
    ours = settings in entities and (not settings.is_file() or _same(settings, checkout.PROJECT / settings))
    run["object"] = [entities[settings if ours else manifest_file], *_data(crate, manifest)]
    run["result"] = [entities[path] for path in made]
    crate.root_dataset["mentions"] = [run, *_add_steps(crate, entities, manifest, made, taken, run)]
    return crate


def _add_steps(
    crate: ROCrate, entities: dict[Path, Any], manifest: Manifest, made: list[Path], taken: list[str], run: Any
) -> list[Any]:
    """Add the jobs: those that made frames, and those that made the other files; the actions that were added."""
    steps = Steps(crate, entities[WORKFLOW], entities)
    frames = {path.name.removesuffix(".parquet"): path for path in made if path.suffix == ".parquet"}
    steps.frames(manifest, frames, taken)
    for name in sorted(frames.keys() - manifest.frames.keys()):
        steps.made("bounds", frames[name], [frames[part] for part in rooms.cell_type(name).FROM if part in frames])
    for path in made:
        if path.parent.name == "figures":
            used = [frames[name] for name in rooms.needed(path.stem) if name in frames]
            steps.made("figure", path, used)
    claims = [path for path in made if path.name == "claims.json"]
    sources = [path for path in map(Path, ("paper/paper.tex", "paper/references.bib")) if path in entities]
    for rule, name, inputs in (
        ("claims", "claims.json", frames.values()),
        ("verdicts_page", "verdicts.html", claims),
        ("typeset", "paper.pdf", sources),  # and figures and numbers in LaTeX's form, which no crate has
    ):
        for path in (path for path in made if path.name == name):
            steps.made(rule, path, inputs)
    return steps.organized(manifest.cells[0].packages["snakemake"], run)


def _same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


def _times(manifest: Manifest) -> tuple[datetime, datetime]:
    """When the first cell began and the last one ended."""
    starts, ends = zip(*map(times, manifest.cells), strict=True)
    return min(starts), max(ends)


def _distinct(manifest: Manifest, key: str) -> str:
    """The values of a key in the provenance of all cells."""
    return ", ".join(sorted({str(getattr(cell, key)) for cell in manifest.cells}))


def _add_files(crate: ROCrate, made: list[Path], snakemake: str) -> dict[Path, Any]:
    """Add the sources, the workflow among them, and what the run has made."""
    entities: dict[Path, Any] = {}
    sources = [path for path in checkout.tracked_files() if path.parts[:2] != ("results", "reference")]
    for path in [*sources, *made]:
        name = path.as_posix()
        file = path if path in made else checkout.PROJECT / path
        if path == WORKFLOW:
            kind = ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]  # the last: it has steps
            about = {"name": "rankcollapse", "version": checkout.commit().told(), "license": {"@id": LICENSE}}
            about |= {"@type": kind}
            language = {"lang": "snakemake", "lang_version": snakemake}
            entities[path] = crate.add_workflow(file, name, main=True, **language, properties=about)
        else:
            form = MEDIA_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "text/plain"
            entities[path] = crate.add_file(file, name, properties={"encodingFormat": form})
    return entities


def _data(crate: ROCrate, manifest: Manifest) -> list[Any]:
    """The data sets that were read, with the hashes of their files."""
    used = {name: files for cell in manifest.cells for name, files in cell.data.items()}
    hashes = {
        name: "; ".join(f"{file}: sha256 {digest}" for file, digest in files.items())
        for name, files in sorted(used.items())
    }
    return [context(crate, f"#data-{name}", "Dataset", name=name, description=text) for name, text in hashes.items()]
