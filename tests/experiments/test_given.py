"""Frames as a command is given them: a message names what is wrong with them, and nothing else."""

import pandas as pd
import pyarrow as pa
import pytest

from rankcollapse.errors import UserError
from rankcollapse.experiments import rooms
from rankcollapse.experiments.given import Frames, read_frames
from rankcollapse.storage.frames import write_frame


def told(call):
    """The message that a person reads."""
    with pytest.raises(UserError) as caught:
        call()
    return str(caught.value)


def written(folder, name, without=()):
    """A frame of one row with the columns of its cells, but for some."""
    path = folder / f"{name}.parquet"
    columns = rooms.cell_type(name).columns()
    write_frame(pa.table({column: [1.5] for column in columns if column not in without}), path)
    return path


def test_frames_are_read_by_the_names_of_their_files(tmp_path):
    paths = [written(tmp_path, name) for name in ("two_classes.training", "trainability.rank")]
    found = read_frames(paths)
    assert list(found) == ["two_classes.training", "trainability.rank"]
    for name, frame in found.items():
        assert isinstance(frame, pd.DataFrame)
        assert list(frame.columns) == list(rooms.cell_type(name).columns())


def test_a_missing_frame_is_named():
    frames = Frames({"trainability.rank": pd.DataFrame()})
    message = told(lambda: frames["trainability.training"])
    assert message.startswith(
        "the frame trainability.training is needed and was not given; give the file trainability.training.parquet too"
    )
    assert frames.get("trainability.training") is None  # asking is no mistake
    assert "trainability.training" not in frames


def test_a_missing_column_is_named(tmp_path):
    path = written(tmp_path, "trainability.rank", without=["soft_rank", "stable_rank"])
    assert told(lambda: read_frames([path])) == (
        f"{path} lacks the column 'soft_rank' of trainability.rank: it is another frame by that name, or another"
        " version made it; make it again"
    )


def test_a_column_more_than_is_needed_is_no_mistake(tmp_path):
    path = tmp_path / "trainability.rank.parquet"
    columns = [*rooms.cell_type("trainability.rank").columns(), "another"]
    write_frame(pa.table({column: [1.5] for column in columns}), path)
    assert list(read_frames([path])["trainability.rank"].columns) == columns


def test_a_file_that_bears_the_name_of_no_frame_is_named(tmp_path):
    for name in ("depth.rank", "trainability", "notes"):
        message = told(lambda name=name: read_frames([tmp_path / f"{name}.parquet"]))
        assert message.startswith(f"there is no frame {name!r}; a frame is EXPERIMENT.PART, one of: bounds.")
        assert "trainability.rank" in message


def test_a_damaged_file_is_named(tmp_path):
    whole, damaged = (written(tmp_path, name) for name in ("trainability.rank", "two_classes.training"))
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    message = told(lambda: read_frames([whole, damaged]))
    assert message.startswith(f"{damaged} is damaged")
    assert "trainability.rank" not in message


def test_what_frames_decide_is_the_experiments_that_they_are_of():
    assert Frames().decided() == []
    given = Frames({"two_classes.training": None, "trainability.rank": None})
    assert given.decided() == ["trainability", "two_classes"]
    used = dict.fromkeys(rooms.needed("deviations"))  # it has no frame of its own
    assert "deviations" in Frames(used).decided()
    for name in used:
        assert "deviations" not in Frames({other: None for other in used if other != name}).decided()
