"""What made a frame and a figure is told with them."""

import json

import pyarrow.parquet as pq
import yaml
from PIL import Image
from support.paths import ROOT
from support.projects import LATEX

from rankcollapse.config.scale import check_settings
from rankcollapse.experiments import rooms
from rankcollapse.provenance.fingerprints import settings_hash

WITH_DATA = (
    "trainability",
    "pretraining",
    "breaking",
    "components",
    "gradient_cosines",
    "two_classes",
    "rank_or_scale",
)


def test_provenance_says_what_made_a_frame(built, results):
    manifest = json.loads((results / "manifest.json").read_text())
    commit = built.git("rev-parse", "HEAD")
    assert (manifest["scale"], manifest["commit"], manifest["clean"]) == ("smoke", commit, True)
    assert "data_from" not in manifest["settings"]  # a folder of this machine
    assert len(manifest["frames"]) == 24
    for name, frame in manifest["frames"].items():
        assert frame["rows"] == pq.read_metadata(results / f"frames/{name}.parquet").num_rows
        for cell in frame["cells"]:
            assert (cell["commit"], cell["clean"], cell["threads"]) == (commit, True, 1)
            assert bool(cell["data"]) == (name.partition(".")[0] in WITH_DATA)


def test_no_cell_takes_more_memory_than_its_rule_asks_for(results):
    grids = check_settings(yaml.safe_load((ROOT / "config/smoke.yaml").read_text()), "smoke").grids()
    measured = sorted((results / "benchmarks/cells").glob("*/*.tsv"))
    assert len(measured) == sum(len(grid.jobs()) for grid in grids.values())
    for path in measured:
        header, row = (line.split("\t") for line in path.read_text().splitlines())
        peak = row[header.index("max_rss")]
        assert peak == "NA" or float(peak) <= grids[path.parent.name].memory  # NA: too short to be sampled


def test_figures_carry_commit_and_settings(built, results):
    manifest = json.loads((results / "manifest.json").read_text())
    with Image.open(results / "figures/trainability.png") as image:
        metadata = image.text
        colours = len(image.convert("P").getcolors())
    assert metadata["Commit"] == manifest["commit"]
    assert colours > 10  # something is drawn
    for name in rooms.names():  # the settings are those of every experiment whose frames are drawn
        shown = {frame.partition(".")[0] for frame in rooms.needed(name)}
        with Image.open(results / f"figures/{name}.png") as image:
            found = image.text["Settings-SHA256"]
        assert found == settings_hash({section: manifest["settings"][section] for section in shown})
    if LATEX:
        head = (results / "figures/trainability.pgf").read_text()[:500]
        assert f"% Commit: {manifest['commit']}" in head
