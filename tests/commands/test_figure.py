"""Drawing a figure from the command line."""

import pytest
from PIL import Image
from support.cli import fails
from support.paths import ROOT

from rankcollapse.commands import figure as command
from rankcollapse.commands.figure import figure
from rankcollapse.errors import UserError
from rankcollapse.provenance import checkout

FRAME = ROOT / "results/reference/laptop/frames/two_classes.training.parquet"


def test_a_figure_says_of_itself_what_made_it(tmp_path):
    figure("two_classes", [FRAME], [tmp_path / "a.png", tmp_path / "b.png"], "abc")
    with Image.open(tmp_path / "a.png") as image:
        assert image.text["Title"] == "rankcollapse: two_classes"
        assert image.text["Settings-SHA256"] == "abc"
        assert image.text["Source"] == "rankcollapse.experiments.two_classes.figure"
        assert image.text["Commit"]
        assert len(image.convert("P").getcolors()) > 10  # something is drawn
    assert (tmp_path / "b.png").is_file()


def test_a_figure_says_why_its_commit_is_not_known(tmp_path, monkeypatch):
    monkeypatch.setattr(checkout, "PROJECT", tmp_path)
    figure("two_classes", [FRAME], [tmp_path / "a.png"])
    with Image.open(tmp_path / "a.png") as image:
        assert image.text["Commit"].startswith("unknown (")
        assert "is an installed package and no clone" in image.text["Commit"]


def test_what_cannot_be_drawn_is_named(tmp_path, monkeypatch):
    out = [tmp_path / "x.png"]
    with pytest.raises(UserError, match=r"^the frame trainability\.rank is needed and was not given"):
        figure("trainability", [FRAME], out)
    with pytest.raises(UserError, match=r"^there is no experiment 'depth'; there are: bounds, .*, two_classes$"):
        figure("depth", [FRAME], out)
    with pytest.raises(UserError, match=r"a figure ends in \.png or \.pgf"):
        figure("two_classes", [FRAME], [*out, tmp_path / "x.pdf"])
    monkeypatch.setattr(command, "missing_packages", lambda: ["lmodern"])
    with pytest.raises(UserError, match="lmodern"):
        figure("two_classes", [FRAME], [*out, tmp_path / "x.pgf"])
    assert list(tmp_path.iterdir()) == []


def test_a_figure_without_frames_is_told_on_the_command_line(tmp_path):
    assert "FRAMES" in fails("figure", "two_classes", "--output", tmp_path / "x.png").upper()
