"""What is handed on: an RO-Crate of a finished run, a tarball of the paper that compiles by itself, one archive."""

import gzip
import hashlib
import io
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

PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
LICENSE = "https://spdx.org/licenses/MIT"
MEDIA_TYPES = {
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".pgf": "text/x-tex",
    ".png": "image/png",
    ".tex": "text/x-tex",
    ".html": "text/html",
}
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time of a zip: archives of the same files are the same bytes


def sources() -> list[Path]:
    """The files of this project that git tracks, relative to the working folder.

    Raises:
        UserError: this is not a git checkout.
    """
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True)
    if listed.returncode:
        raise UserError("a package is made of the files that git tracks; this is no git checkout. Use a clone.")
    return [path for path in map(Path, listed.stdout.split("\0")[:-1]) if path.is_file()]


def write_crate(results: Path, made: list[Path], output: Path) -> None:
    """Write an RO-Crate (zip) of a finished run: workflow, settings, results, and when and by what they were made.

    It conforms to the Workflow Run Crate profile: the run is a `CreateAction` whose instrument is the workflow.

    Args:
        results: folder of the run, with its manifest.json.
        made: the files below it that the run is to hand on.
        output: zip to write.

    Raises:
        UserError: this is not a git checkout, or a frame or the manifest is damaged.
    """
    for path in made:
        if path.suffix == ".parquet":
            read_frame(path)  # nothing else may have read it since a disk changed a byte of it
    manifest = read_json(results / "manifest.json")
    cells = [cell for frame in manifest["frames"].values() for cell in frame["cells"]]
    starts = [datetime.fromisoformat(cell["started"]) for cell in cells]
    end = max(start + timedelta(seconds=cell["seconds"]) for start, cell in zip(starts, cells, strict=True))
    commits = sorted({str(cell["commit"]) for cell in cells})

    crate = ROCrate()
    crate.name = f"rankcollapse: a run at scale {manifest['scale']}"
    crate.description = (
        "Batch Normalization Provably Avoids Rank Collapse for Randomly Initialised Deep Networks, recomputed: "
        "workflow, settings, frames, figures and verdicts"
    )
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
        if path == Path("workflow/Snakefile"):
            language = {"lang": "snakemake", "lang_version": cells[0]["packages"]["snakemake"]}
            about = {"name": "rankcollapse", "version": ", ".join(commits), "license": {"@id": LICENSE}}
            workflow = crate.add_workflow(path, path.as_posix(), main=True, **language, properties=about)
        else:
            entities[path] = crate.add_file(path, path.as_posix())
    for path in made:
        form = {"encodingFormat": MEDIA_TYPES[path.suffix]} if path.suffix in MEDIA_TYPES else {}
        entities[path] = crate.add_file(path, path.as_posix(), properties=form)
    workflow["softwareRequirements"] = [entities[Path("requirements.lock")]]
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
        "description": f"on {', '.join(sorted({cell['device'] for cell in cells}))}; {cells[0]['platform']}",
        "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
        "agent": {"@id": "#authors"},
    }
    run = crate.add(ContextEntity(crate, "#run", properties=action))
    run["instrument"] = workflow
    run["object"] = [entities[Path(f"config/{manifest['scale']}.yaml")], *data]
    run["result"] = [entities[path] for path in made]
    crate.root_dataset["mentions"] = run
    with tempfile.TemporaryDirectory() as folder:
        crate.write_zip(Path(folder) / "crate.zip")
        write_whole(output, (Path(folder) / "crate.zip").read_bytes())


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
            tar.extractall(folder, filter="data")
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
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted((contents | {"SHA256SUMS": sums.encode()}).items()):
            member = zipfile.ZipInfo(f"rankcollapse/{name}", EPOCH)
            member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(member, content)
    write_whole(output, packed.getvalue())
