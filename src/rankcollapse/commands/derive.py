"""Compute a frame from other frames."""

from typing import Annotated

import typer

from rankcollapse.commands.options import Frames, Output
from rankcollapse.errors import UserError
from rankcollapse.experiments import rooms
from rankcollapse.experiments.base import Derived
from rankcollapse.experiments.given import read_frames
from rankcollapse.storage.frames import write_frame


def derive(
    frame: Annotated[str, typer.Argument(help="what to compute, e.g. bounds.theorem")], frames: Frames, output: Output
) -> None:
    """Compute a frame from other frames: the bounds of Theorem 2 from the chains of Figure 3a."""
    kind = rooms.cell_type(frame)
    if not issubclass(kind, Derived):
        raise UserError(f"{frame} is computed from settings: rankcollapse run {frame} KEY=VALUE ...")
    module = rooms.module(frame.partition(".")[0], kind.COMPUTED_BY)
    write_frame(module.compute(read_frames(frames)), output)
