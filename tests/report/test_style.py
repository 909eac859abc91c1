"""Figures: what is drawn is what is judged, and the files say what made them."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from support.figures import shown

from rankcollapse.report import style
from rankcollapse.report.latex import missing_packages
from rankcollapse.statistics.intervals import mean_interval

RUNS = pd.DataFrame(
    {"variant": variant, "depth": depth, "loss": value + seed / 10}
    for variant, values in (("bn", (1.0, 2.0)), ("vanilla", (3.0, 5.0)), ("other", (7.0, 8.0)))
    for depth, value in zip((0, 4), values, strict=True)
    for seed in (0, 1, 5)
)


def drawn(data, **options):
    """The curves of a panel."""
    with style.panels(height=2) as (_, axes):
        style.curves(data, axes, x="depth", y="loss", hue="variant", **options)
    assert axes.get_legend() is None  # each figure places its own
    return shown(axes)


@pytest.mark.parametrize("band", [False, True])
def test_a_curve_shows_means_and_the_intervals_that_are_judged(band):
    found = drawn(RUNS, band=band)
    assert list(found) == ["BN", "vanilla"]  # "other" has no look
    for label, variant in (("BN", "bn"), ("vanilla", "vanilla")):
        assert list(found[label]) == [0, 4]
        for depth, ends in found[label].items():
            rows = RUNS[(RUNS["variant"] == variant) & (RUNS["depth"] == depth)]
            assert ends == pytest.approx(mean_interval(rows["loss"])[:3])


def test_what_is_missing_is_left_out():
    data = RUNS.assign(loss=RUNS["loss"].mask((RUNS["variant"] == "bn") & (RUNS["depth"] == 4)))
    assert list(drawn(data)["BN"]) == [0]


def test_a_single_run_has_no_error_bar():
    assert np.isnan(style.judged(pd.Series([3.0]))).all()
    assert style.judged(pd.Series([1.0, 2.0, 4.0])) == mean_interval([1.0, 2.0, 4.0])[1:3]


def test_curves_are_told_apart_without_colours_and_curves_in_order_by_their_lightness():
    found = style.looks("abcdefghij")
    assert [look.label for look in found.values()] == [*"abcdefghij"]
    assert len({look.marker for look in found.values()}) == len({look.colour for look in found.values()}) == 10
    lightness = [sum(int(look.colour[i : i + 2], 16) for i in (1, 3, 5)) for look in style.gradation("abcde").values()]
    assert lightness == sorted(lightness)


def test_points_are_those_of_the_runs():
    with style.panels(height=2) as (_, axes):
        style.points(RUNS, axes, x="depth", y="loss", hue="variant")
        [dots] = axes.collections
        expected = RUNS.loc[RUNS["variant"] != "other", ["depth", "loss"]]
        assert sorted(dots.get_offsets().tolist()) == sorted(expected.to_numpy().tolist())


def saved(path, metadata):
    with style.panels(height=1) as (figure, axes):
        axes.plot([0, 1])
        style.save(figure, path, metadata)
    return path


def test_a_png_carries_its_metadata_and_is_the_same_twice(tmp_path):
    metadata = {"Commit": "abc", "Settings-SHA256": "0" * 64}
    one, two = (saved(tmp_path / name, metadata) for name in ("a.png", "b.png"))
    with Image.open(one) as image:
        assert metadata.items() <= image.text.items()
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.skipif(bool(missing_packages()), reason="LaTeX is incomplete here")
def test_a_pgf_begins_with_its_metadata(tmp_path):
    text = saved(tmp_path / "a.pgf", {"Commit": "abc", "Source": "x"}).read_text()
    assert text.startswith("% Commit: abc\n% Source: x\n%% Creator: Matplotlib")
