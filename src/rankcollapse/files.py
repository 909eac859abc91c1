"""Writing files so that nobody ever sees half of one."""

from pathlib import Path


def write_whole(path: Path, content: bytes | str) -> None:
    """Write to a temporary name beside `path`, then rename: the file is there whole or not at all."""
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(content.encode() if isinstance(content, str) else content)
    temporary.replace(path)
