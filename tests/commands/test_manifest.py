"""The manifest of a run."""

from pathlib import Path

import pytest

from rankcollapse.commands.manifest import manifest
from rankcollapse.errors import UserError

FRAME = Path(__file__).parents[2] / "results/reference/laptop/frames/escape.chain.parquet"


@pytest.mark.parametrize("settings", ["[]", "3", "no settings", "[[[["])
def test_settings_that_are_no_mapping_are_one_message(settings, tmp_path):
    with pytest.raises(UserError, match="--settings must be a mapping in JSON"):
        manifest([FRAME], "smoke", settings, tmp_path / "manifest.json")
    assert not any(tmp_path.iterdir())
