"""Frames as a command is given them: read, and held against what their cells declare."""

import shlex
from pathlib import Path

import pandas as pd

from rankcollapse.errors import UserError
from rankcollapse.experiments import rooms
from rankcollapse.experiments.base import Derived
from rankcollapse.storage.frames import read_frame


class Frames(dict[str, pd.DataFrame]):
    """Frames by name, `EXPERIMENT.PART`."""

    folder = Path()  # of the files

    def __missing__(self, name: str) -> pd.DataFrame:
        """Say which frame was not given.

        Raises:
            UserError: always.
        """
        kind = rooms.cell_type(name)
        if issubclass(kind, Derived):
            needed = " ".join(shlex.quote(str(self.folder / f"{frame}.parquet")) for frame in kind.FROM)
            made = f"rankcollapse derive {name} {needed} --output {name}.parquet"
        else:
            made = f"snakemake --cores all results/SCALE/frames/{name}.parquet --config scale=SCALE"
        raise UserError(
            f"the frame {name} is needed and was not given; give the file {name}.parquet too. It is made by: {made}"
        )

    def decided(self) -> list[str]:
        """The experiments whose frames are here, if all are here that they use of others."""
        present = {name.partition(".")[0] for name in self}
        return [
            name
            for name in rooms.names()
            if (name in present or not rooms.frames(name)) and self.keys() >= set(rooms.section(name).USES)
        ]


def read_frames(paths: list[Path]) -> Frames:
    """Frames from files that bear their names.

    Raises:
        UserError: there is no frame of that name, or two; the file is damaged, has no rows, or lacks a column.
    """
    frames = Frames()
    for path in paths:
        columns = rooms.cell_type(path.stem).columns()
        if path.stem in frames:
            raise UserError(f"two of the files are the frame {path.stem}, {path} the second one; give it once")
        frames.folder = path.parent
        frames[path.stem] = read_frame(path).to_pandas(use_threads=False)
        if missing := [name for name in columns if name not in frames[path.stem]]:
            raise UserError(
                f"{path} lacks the column {missing[0]!r} of {path.stem}: it is another frame by that name, or another"
                " version made it; make it again"
            )
        if frames[path.stem].empty:
            raise UserError(f"{path} has no rows; make it again")
    return frames
