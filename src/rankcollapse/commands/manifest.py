"""Collect the provenance of a run."""

from typing import Annotated

import typer

from rankcollapse.commands.options import Frames, Output
from rankcollapse.config.validation import literal
from rankcollapse.errors import UserError
from rankcollapse.provenance.checkout import commit
from rankcollapse.provenance.costs import disk_mb
from rankcollapse.provenance.files import FileManifest, FileRecord
from rankcollapse.provenance.fingerprints import settings_hash


def manifest(
    frames: Frames,
    scale: Annotated[str, typer.Option(help="name of the scale")],
    settings: Annotated[str, typer.Option(help="the settings of the scale, JSON")],
    output: Output,
) -> None:
    """Collect the provenance of a run: its settings and everything that made its frames."""
    values = literal(settings)
    if not isinstance(values, dict):
        raise UserError(f"--settings must be a mapping in JSON, got {settings[:40]!r}")
    FileManifest(
        **dict(commit()),
        scale=scale,
        settings=values,
        settings_sha256={name: settings_hash(part) for name, part in values.items() if isinstance(part, dict)},
        disk_mb=disk_mb(output.parent),
        frames={path.stem: FileRecord.read(path.with_suffix(".json")) for path in frames},
    ).write(output)
