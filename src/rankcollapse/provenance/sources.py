"""The sources of the project: the files that git tracks."""

import subprocess
from pathlib import Path

from rankcollapse.errors import UserError

WORKFLOW = Path("workflow/Snakefile")


def tracked_files() -> list[Path]:
    """The files of this project that git tracks, relative to the working folder, which is the project's.

    Raises:
        UserError: this is not the folder of a git checkout of the project, or there is no git.
    """
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True)
    except FileNotFoundError:
        raise UserError("a package is made of the files that git tracks, and git is not installed") from None
    found = [path for path in map(Path, listed.stdout.split("\0")[:-1]) if path.is_file()]
    if listed.returncode or WORKFLOW not in found:
        raise UserError(f"a package is made of the files that git tracks, {WORKFLOW} among them; run this in a clone")
    return found
