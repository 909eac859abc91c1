"""The settings of every scale, and the cells that they stand for."""

import json

import jsonschema
import pytest
import yaml
from support.settings import CONFIG, SCALES, changed, values

from rankcollapse.config.documentation import schema
from rankcollapse.config.scale import check_settings
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
