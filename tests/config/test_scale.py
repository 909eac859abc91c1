"""The settings of every scale, and the cells that they stand for."""

import json
import re

import jsonschema
import pytest
import yaml
from support.settings import CONFIG, SCALES, changed, values

from rankcollapse.config.documentation import schema
from rankcollapse.config.scale import check_settings, read_settings
from rankcollapse.errors import UserError

POINT = {"width": 8, "chains": 2, "layers": 100, "slow_layers": 100}


@pytest.mark.parametrize("scale", SCALES)
def test_every_scale_is_valid_by_model_and_by_schema(scale):
    check_settings(values(scale), scale)
    jsonschema.validate(values(scale), json.loads(schema()))


@pytest.mark.parametrize("scale", ["laptop", "paper"])
def test_a_claim_needs_depth_and_seeds(scale):
    figure_1 = check_settings(values(scale), scale).trainability
    assert max(figure_1.training.depths) == max(figure_1.rank.depths) == 32
    assert figure_1.training.seeds >= 5
    assert figure_1.rank.seeds >= 5


def test_numbers_from_the_command_line_are_text():
    settings = changed("trainability.training.epochs", "7")
    settings["trainability"]["rank"]["depths"] = ["0", "2"]
    figure_1 = check_settings(settings, "x").trainability
    assert (figure_1.training.epochs, figure_1.rank.depths) == (7, [0, 2])


def test_the_cells_of_a_grid():
    grids = check_settings(values(), "x").grids()
    assert {grid.stage for grid in grids.values()} == {"rank_at_initialization", "training", "chains", "spectra"}
    training = grids["trainability.training"]
    assert len(training.axes) == 2 * len(values()["trainability"]["training"]["depths"])
    assert training.axes[0] == {"variant": "vanilla", "depth": 0}
    assert "depths" not in training.fixed


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("stationary_rank", {"gammas": [0.0]}),
        ("stationary_rank", {"taus": [1.0]}),
        ("extreme_depth", {"width": 1}),
        ("collapse", {"widths": [0]}),
        ("escape", {"noise": 0.0}),
        ("fixed_batch", {"samples": 1}),
    ],
)
def test_settings_out_of_range_are_refused(section, values):
    settings = yaml.safe_load((CONFIG / "laptop.yaml").read_text())
    settings[section] |= values
    with pytest.raises(UserError, match=rf"{section}\.{next(iter(values))}"):
        check_settings(settings, "x")


@pytest.mark.parametrize(
    ("section", "values", "message"),
    [
        ("extreme_depth", {"stride": 60_000}, "stride is 60000"),
        ("stationary_rank", {"measurements": 5000}, "fewer layers than the 5000 measurements"),
        ("stationary_rank", {"points": 2 * [POINT]}, "distinct widths"),
    ],
)
def test_settings_that_measure_nothing_are_refused(section, values, message):
    settings = yaml.safe_load((CONFIG / "laptop.yaml").read_text())
    settings[section] |= values
    with pytest.raises(UserError, match=message):
        check_settings(settings, "x")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("escape:\n  chains: 010\n", "line 2: YAML reads 010 as 8"),
        ("escape: {width: 1:30}\n", "line 1: YAML reads 1:30 as 90"),
        ("escape: &a [*a]\n", "is not YAML: Circular reference detected"),
        ("&a\nescape: *a\n", "is not YAML: Circular reference detected"),
        ("# nothing\n", "must hold settings as KEY: VALUE, found 'None'"),
    ],
)
def test_what_yaml_reads_as_something_else_is_refused(tmp_path, content, message):
    (tmp_path / "own.yaml").write_text(content)
    with pytest.raises(UserError, match=re.escape(message)):
        read_settings(tmp_path / "own.yaml")


def test_whole_numbers_and_the_marks_of_other_systems_are_read(tmp_path):
    (tmp_path / "own.yaml").write_bytes("\ufeffa: 10\r\nb: -0\r\nc: 0x10\r\nd: 1_000\r\ne: '010'\r\n".encode())
    assert read_settings(tmp_path / "own.yaml") == {"a": 10, "b": 0, "c": 16, "d": 1000, "e": "010"}


def test_a_scale_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "dangling.yaml").symlink_to(tmp_path / "none")
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    for path in tmp_path.iterdir():
        with pytest.raises(UserError, match=rf"{path.name} cannot be read: \w+"):
            read_settings(path)
