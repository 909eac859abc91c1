"""The settings of the deviations differ in one thing from what they are compared with."""

import pytest
import yaml
from support.paths import ROOT

from rankcollapse.config.scale import check_settings


@pytest.mark.parametrize("scale", ["smoke", "laptop", "overnight", "paper"])
def test_the_deviations_differ_in_one_thing_from_what_they_are_compared_with(scale):
    path = ROOT / f"config/{scale}.yaml"
    settings = check_settings(yaml.safe_load(path.read_text()), scale)
    figure_1 = settings.trainability
    for experiment, part, base, thing in (
        ("trainability", "adam", "training", {"optimizer": "adam", "step_sizes": figure_1.adam.step_sizes}),
        ("trainability", "fixed", "training", {"search": False, "step_sizes": figure_1.fixed.step_sizes}),
        ("pretraining", "raw", "training", {"pixels": "raw"}),
        ("breaking", "release", "training", {}),
    ):
        grids = getattr(settings, experiment).grids()
        assert grids[part].fixed == grids[base].fixed | thing
        common = [
            {name: value for name, value in cell.items() if name in grids[base].axes[0]} for cell in grids[part].axes
        ]
        assert all(cell in grids[base].axes for cell in common)
    ways = [(cell["activation"], cell["one_signed"]) for cell in settings.breaking.grids()["release"].axes]
    assert ways == [("tanh", "weights"), ("relu", "all"), ("tanh", "all")]


def test_depths_that_need_more_networks_have_them_and_no_others_do():
    settings = yaml.safe_load((ROOT / "config/smoke.yaml").read_text())
    first, *others = settings["trainability"]["training"]["depths"]
    settings["trainability"]["training"]["more"] = [{"depths": [first], "seeds": 9}]
    cells = check_settings(settings, "smoke").trainability.grids()["training"].axes
    assert {cell["depth"]: cell.get("seeds") for cell in cells} == {first: 9} | dict.fromkeys(others)
