"""Pack everything into one archive."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from rankcollapse.commands.options import Output
from rankcollapse.errors import UserError
from rankcollapse.provenance import checkout
from rankcollapse.storage.archives import zipped
from rankcollapse.storage.files import write_whole


def archive(
    files: Annotated[list[Path], typer.Argument(help="what of a run to hand on: crate, tarball, paper")], output: Output
) -> None:
    """Pack the sources, the reference results and a run into one zip, with SHA256SUMS of every file."""
    names = [path.name for path in files]
    if twice := [name for name in names if names.count(name) > 1]:
        raise UserError(f"two of the files are called {twice[0]}, and they would be one in the archive; rename one")
    contents = {path.as_posix(): (checkout.PROJECT / path).read_bytes() for path in checkout.tracked_files()}
    contents |= {f"run/{path.name}": path.read_bytes() for path in files}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(contents.items()))
    contents["SHA256SUMS"] = sums.encode()
    write_whole(output, zipped({f"rankcollapse/{name}": content for name, content in sorted(contents.items())}))
