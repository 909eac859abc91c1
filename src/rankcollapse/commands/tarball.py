"""Pack the paper as arXiv takes it."""

import gzip
import io
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from rankcollapse.commands.options import Output
from rankcollapse.errors import UserError
from rankcollapse.storage.files import write_whole


def tarball(
    paper: Annotated[Path, typer.Argument(help="LaTeX source")],
    bibliography: Annotated[Path, typer.Argument(help="the .bbl that BibTeX made; arXiv runs no BibTeX")],
    numbers: Annotated[Path, typer.Argument(help="numbers.tex of the run")],
    figures: Annotated[list[Path], typer.Argument(help="PGF figures of the run")],
    output: Output,
) -> None:
    """Pack the paper as arXiv takes it, and compile it once from the tarball alone."""
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
