"""E9, E10 and E11 on either side of their thresholds; figure and numbers take what is judged."""

import pandas as pd
import pytest
from support.figures import shown
from support.verdicts import verdicts

from rankcollapse.experiments.gallery.cells import PARTS
from rankcollapse.experiments.gallery.claims import OVER_ROOT, WITH, WITHOUT
from rankcollapse.experiments.gallery.figure import draw
from rankcollapse.experiments.gallery.judge import judge_all
from rankcollapse.experiments.gallery.numbers import numbers
from rankcollapse.experiments.gallery.summary import last
from rankcollapse.statistics.intervals import mean_interval, rank_bounds

OURS = [(family, variant) for family, found in PARTS.items() for variant in found]
OTHERS = [("vision", "vit"), ("language", "bert")]
HOLDS = dict.fromkeys(OURS, 10.0) | dict.fromkeys(WITHOUT, 1.1) | dict.fromkeys(OTHERS, 10.0)
SPREAD = (-0.02, -0.01, 0.0, 0.01, 0.02)


def frames(**changes):
    """Made-up frames: r of the last hidden state by `family.variant`; the input has r = 16."""
    ratios = HOLDS | {tuple(name.split("__")): ratio for name, ratio in changes.items()}
    rows = [
        {"family": family, "variant": variant, "seed": seed, "step": step, "depth": step / 2.0, "columns": 16,
         "units": 64, "participation_ratio": 16.0 if step == 0 else ratio + off,
         "centred_participation_ratio": 5.0 + off}
        for (family, variant), ratio in ratios.items()
        for seed, off in enumerate(SPREAD)
        for step in range(3)
    ]  # fmt: skip
    return {"gallery.states": pd.DataFrame(rows)}


def test_made_up_frames_in_which_all_claims_hold():
    assert verdicts(judge_all(frames())) == {"E9": "reproduced", "E10": "reproduced", "E11": "reproduced"}


@pytest.mark.parametrize(
    ("changed", "ratio", "claim", "verdict"),
    [
        *((f"{family}__{variant}", 3.0, "E9", "refuted") for family, variant in WITHOUT),
        ("vgg__plain", 2.0, "E9", "inconclusive"),
        *((f"{family}__{variant}", 1.0, "E10", "refuted") for family, variant in WITH),
        *((f"{family}__{variant}", 3.0, "E10", "refuted") for family, variant in OVER_ROOT),
        ("vgg__full", 3.0, "E10", "reproduced"),  # √N is not asked of convolutions
        ("mlp__norm", 1.0, "E10", "reproduced"),  # nor anything of what lacks a part
        ("vision__vit", 1.0, "E11", "refuted"),
        ("language__bert", 2.1, "E11", "inconclusive"),
    ],
)
def test_each_architecture_that_a_claim_names_decides_it(changed, ratio, claim, verdict):
    found = {each.id: each for each in judge_all(frames(**{changed: ratio}))}
    assert found[claim].verdict == verdict
    if verdict != "reproduced":
        assert changed.replace("__", ", ").replace("_", " ") in found[claim].quantity
        assert {found[other].verdict for other in found.keys() - {claim}} == {"reproduced"}


def test_the_figure_shows_what_is_judged():
    axes = draw(frames()).axes
    assert [panel.get_title() for panel in axes][:3] == ["MLP", "recurrent network", "VGG-19"]
    for label, ratio in {"plain": 1.1, "BN": 10.0}.items():
        estimate = mean_interval([ratio + off for off in SPREAD], rank_bounds(16))[:3]
        assert shown(axes[2])[label][1.0] == pytest.approx(estimate)


def test_intervals_end_at_what_an_architecture_can_have():
    """Another has more tokens; the last state of one has fewer units than the batch has images."""
    frame = frames(vgg__plain=15.9, vgg__full=11.9)["gallery.states"]
    frame.loc[frame["variant"] == "vit", "columns"] = 3136
    frame.loc[(frame["family"] == "vgg") & (frame["variant"] == "full") & (frame["depth"] == 1), "units"] = 12
    found = last(frame)
    assert (found["vgg", "plain"].high, found["vgg", "full"].high) == (16, 12)
    drawn = shown(draw({"gallery.states": frame}).axes[2])
    for label, variant in (("plain", "plain"), ("BN", "full")):
        assert drawn[label][1.0] == pytest.approx(found["vgg", variant][:3])


def test_settings_may_leave_out_those_of_others_for_images():
    frame = frames()["gallery.states"].query("family != 'vision'")
    assert len(draw({"gallery.states": frame}).axes) == 8
    assert verdicts(judge_all({"gallery.states": frame}))["E11"] == "reproduced"
    assert numbers({"gallery.states": frame})["gallery.others"] == "1"


def test_numbers():
    found = numbers(frames(vision__vit=4.0))
    assert found["gallery.vgg.plain"].startswith("1.10")
    assert found["gallery.others.lowest"].startswith("4.0")
    assert found["gallery.others.highest"].startswith("10.0")
    assert found["gallery.others"] == "2"
    assert found["gallery.mlp.plain.centred"].startswith("5.0")
