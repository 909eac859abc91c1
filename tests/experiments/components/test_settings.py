"""Settings of Figure 5 that cannot be."""

import pytest
import yaml
from support.paths import ROOT

from rankcollapse.experiments.components.settings import ComponentsSettings

FAMILY = {"architectures": ["vgg19"], "normalizations": ["full"], "initializations": ["pretrained"]}


@pytest.mark.parametrize(
    ("part", "changes", "message"),
    [
        ("training", {"families": 2 * [FAMILY | {"initializations": ["torch_default"]}]}, "a network twice: vgg19"),
        ("training", {"families": [FAMILY]}, "pretrained is for VGG without normalization"),
        ("training", {"families": []}, "at least 1 item"),
        ("training", {"samples": 12001}, "samples is 12001; there are 12000 images"),
        ("training", {"batch_size": 33}, "batch_size is 33; there are 32 images"),
        ("pretraining", {"every": 9}, "less than or equal to 8"),
    ],
)
def test_settings_of_figure_5_that_cannot_be(part, changes, message):
    settings = yaml.safe_load((ROOT / "config/smoke.yaml").read_text())["components"]
    settings[part] |= changes
    with pytest.raises(ValueError, match=message):
        ComponentsSettings.model_validate(settings)
