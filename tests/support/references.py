"""Reference results, which may be of some experiments only."""

from support.paths import ROOT

from rankcollapse.experiments import rooms
from rankcollapse.experiments.base import Derived

REFERENCE = ROOT / "results/reference"
SCALES = sorted(folder.name for folder in REFERENCE.iterdir())


def committed_frames(scale):
    """The files of the frames of a scale."""
    return sorted((REFERENCE / scale / "frames").glob("*.parquet"))


def experiments(scale):
    """The experiments all of whose frames are there, or derived from those that are."""
    names = {path.stem for path in committed_frames(scale)}

    def there(frame):
        cell = rooms.cell_type(frame)
        return all(map(there, cell.FROM)) if issubclass(cell, Derived) else frame in names

    return [name for name in rooms.names() if all(map(there, rooms.needed(name)))]
