"""What is handed on: an RO-Crate of a finished run, a tarball of the paper that compiles by itself, one archive."""

import gzip
import hashlib
import io
import mimetypes
import subprocess
import tarfile
import tempfile
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from rankcollapse.errors import UserError
from rankcollapse.files import read_json, write_whole
from rankcollapse.frames import read_frame
from rankcollapse.provenance import commit

PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
LICENSE = "https://spdx.org/licenses/MIT"
MEDIA_TYPES = {".parquet": "application/vnd.apache.parquet", ".pgf": "text/x-tex", ".gz": "application/gzip"}
WORKFLOW = Path("workflow/Snakefile")
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time of a zip: archives of the same files are the same bytes


def sources() -> list[Path]:
    """The files of this project that git tracks, relative to the working folder, which is the project's.

    Raises:
        UserError: this is not the folder of a git checkout of the project.
    """
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True)
    found = [path for path in map(Path, listed.stdout.split("\0")[:-1]) if path.is_file()]
    if listed.returncode or WORKFLOW not in found:
        raise UserError(f"a package is made of the files that git tracks, {WORKFLOW} among them; run this in a clone")
    return found


def _distinct(cells: list[dict[str, Any]], key: str) -> str:
    """The values of a key in the provenance of all cells."""
    return ", ".join(sorted({str(cell[key]) for cell in cells}))


def _described(path: Path) -> dict[str, str]:
    """What the crate says of a file."""
    form = MEDIA_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "text/plain"
    return {"encodingFormat": form}


def write_crate(results: Path, made: list[Path], output: Path) -> None:
    """Write an RO-Crate (zip) of a finished run: workflow, settings, results, and when and by what they were made.

    It conforms to the Workflow Run Crate profile: the run is a `CreateAction` whose instrument is the workflow.

    Args:
        results: folder of the run, with its manifest.json.
        made: the files below it that the run is to hand on.
        output: zip to write.

    Raises:
        UserError: this is not a git checkout, a file lies outside of it, or a frame or the manifest is damaged.
    """
    if outside := [path for path in made if not path.resolve().is_relative_to(Path.cwd())]:
        raise UserError(f"{outside[0]} is not in the project's folder; a crate is of files in it")
    made = [path.resolve().relative_to(Path.cwd()) for path in made]
    for path in made:
        if path.suffix == ".parquet":
            read_frame(path)  # nothing else may have read it since a disk changed a byte of it
    manifest_file = (results / "manifest.json").resolve().relative_to(Path.cwd())
    if manifest_file not in made:
        raise UserError(f"{manifest_file} must be among the files of the crate: it says what made the others")
    manifest = read_json(manifest_file)
    cells = [cell for frame in manifest["frames"].values() for cell in frame["cells"]]
    starts = [datetime.fromisoformat(cell["started"]) for cell in cells]
    end = max(start + timedelta(seconds=cell["seconds"]) for start, cell in zip(starts, cells, strict=True))
    state = commit()
    here = f"{state['commit']}{'' if state['clean'] else ', modified'}"
    computed = sorted({f"{cell['commit']}{'' if cell['clean'] else ', modified'}" for cell in cells})

    crate = ROCrate(version="1.1")  # what the profiles are made for
    crate.name = f"rankcollapse: a run at scale {manifest['scale']}"
    crate.description = (
        "Batch Normalization Provably Avoids Rank Collapse for Randomly Initialised Deep Networks, recomputed: "
        "workflow, settings, frames, figures and verdicts"
    )
    crate.datePublished = end
    crate.license = crate.add(ContextEntity(crate, LICENSE, properties={"@type": "CreativeWork", "name": "MIT"}))
    profiles = [
        crate.add(ContextEntity(crate, id, properties={"@type": "CreativeWork", "name": name, "version": id[-3:]}))
        for id, name in PROFILES.items()
    ]
    crate.root_dataset["conformsTo"] = profiles
    people = crate.add(
        ContextEntity(crate, "#authors", properties={"@type": "Organization", "name": "The rankcollapse authors"})
    )
    crate.root_dataset["author"] = people

    entities: dict[Path, Any] = {}
    for path in sources():
        if path.parts[:2] == ("results", "reference"):
            continue
        if path == WORKFLOW:
            language = {"lang": "snakemake", "lang_version": cells[0]["packages"]["snakemake"]}
            about = {"name": "rankcollapse", "version": here, "license": {"@id": LICENSE}}
            workflow = crate.add_workflow(path, path.as_posix(), main=True, **language, properties=about)
        else:
            entities[path] = crate.add_file(path, path.as_posix(), properties=_described(path))
    for path in made:
        entities[path] = crate.add_file(path, path.as_posix(), properties=_described(path))
    entities[Path("README.md")]["about"] = crate.root_dataset
    workflow["softwareRequirements"] = entities[Path("requirements.lock")]
    used = {name: files for cell in cells for name, files in cell["data"].items()}
    data = [
        crate.add(
            ContextEntity(
                crate,
                f"#data-{name}",
                properties={
                    "@type": "Dataset",
                    "name": name,
                    "description": "; ".join(f"{file}: sha256 {digest}" for file, digest in files.items()),
                },
            )
        )
        for name, files in sorted(used.items())
    ]
    action = {
        "@type": "CreateAction",
        "name": f"Run of the workflow at scale {manifest['scale']}",
        "startTime": min(starts).isoformat(),
        "endTime": end.isoformat(timespec="seconds"),
        "description": f"on {_distinct(cells, 'device')}; {_distinct(cells, 'platform')}; cells computed by the "
        f"sources of {'; '.join(computed)}; settings as in the manifest",
        "actionStatus": "http://schema.org/CompletedActionStatus",
        "agent": {"@id": "#authors"},
    }
    run = crate.add(ContextEntity(crate, "#run", properties=action))
    run["instrument"] = workflow
    settings = Path(f"config/{manifest['scale']}.yaml")  # one's own is not tracked: the manifest has its values
    run["object"] = [entities.get(settings, entities[manifest_file]), *data]
    run["result"] = [entities[path] for path in made]
    crate.root_dataset["mentions"] = run
    with tempfile.TemporaryDirectory() as folder:
        crate.write(folder)
        files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        write_whole(output, _zipped({path.relative_to(folder).as_posix(): path.read_bytes() for path in files}))


def write_tarball(paper: Path, bibliography: Path, numbers: Path, figures: list[Path], output: Path) -> None:
    """Write the paper's sources as arXiv takes them (tar.gz), having compiled them once from the tarball alone.

    Args:
        paper: LaTeX source.
        bibliography: the `.bbl` that BibTeX made; arXiv runs no BibTeX.
        numbers: numbers.tex of the run.
        figures: PGF figures of the run.
        output: tarball to write.

    Raises:
        UserError: it does not compile by itself.
    """
    names = {"paper.tex": paper, "paper.bbl": bibliography, "numbers.tex": numbers}
    names |= {f"figures/{figure.name}": figure for figure in figures}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, path in sorted(names.items()):
            content = path.read_bytes()
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            tar.addfile(member, io.BytesIO(content))
    with tempfile.TemporaryDirectory() as folder:
        packed.seek(0)
        with tarfile.open(fileobj=packed) as tar:
            tar.extractall(folder)  # made above; Python 3.11.2, Debian's, has no filter
        command = ["latexmk", "-pdf", "-bibtex-", "-halt-on-error", "-interaction=nonstopmode", "paper.tex"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace")
        if done.returncode or not Path(folder, "paper.pdf").is_file():
            raise UserError(f"the tarball does not compile by itself: {' '.join(done.stdout.split()[-60:])}")
    write_whole(output, gzip.compress(packed.getvalue(), mtime=0))


def write_archive(made: list[Path], output: Path) -> None:
    """Write one archive (zip): sources, reference results, and what is handed on of a run; SHA256SUMS has every file.

    Args:
        made: files of a run (crate, tarball, paper), kept under their names in `run/`.
        output: zip to write.

    Raises:
        UserError: this is not a git checkout.
    """
    contents = {path.as_posix(): path.read_bytes() for path in sources()}
    contents |= {f"run/{path.name}": path.read_bytes() for path in made}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(contents.items()))
    files = contents | {"SHA256SUMS": sums.encode()}
    write_whole(output, _zipped({f"rankcollapse/{name}": content for name, content in sorted(files.items())}))


def _zipped(files: dict[str, bytes]) -> bytes:
    """A zip of files by name; the same files are the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, EPOCH)
            member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(member, content)
    return packed.getvalue()
