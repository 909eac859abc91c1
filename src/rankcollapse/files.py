"""Files: written so that nobody ever sees half of one, read with a clear message where they are damaged."""

import json
import os
from pathlib import Path
from typing import Any

from rankcollapse.errors import UserError


def write_whole(path: Path, content: bytes | str) -> None:
    """Write to a temporary name beside `path`, then rename: the file is there whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_json(path: Path) -> Any:
    """The content of a JSON file.

    Raises:
        UserError: it is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{path} is damaged: {error}. Delete it and run the workflow again.") from None
