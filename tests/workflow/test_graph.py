"""The graph in a copy of the project: it runs, runs nothing twice, and reports."""

import json
import os
import re

import pytest
from support.projects import LATEX, SMOKE

from rankcollapse.experiments import rooms


def test_a_run_leaves_everything_the_interface_promises(results):
    expected = ["claims.json", "manifest.json", "figures/trainability.png", "frames/trainability.rank.parquet"]
    expected += ["figures/trainability.pgf", "paper.pdf"] if LATEX else []
    for name in expected:
        assert (results / name).stat().st_size > 0
    for claim in json.loads((results / "claims.json").read_text()):
        assert claim.keys() >= {"id", "statement", "verdict", "estimate", "ci_low", "ci_high", "threshold", "n"}
        assert claim["verdict"] in ("reproduced", "refuted", "inconclusive", "not_run")
        assert (results / f"figures/{claim['figure']}.png").exists()


def test_all_tests_of_this_graph_are_in_one_process(built, request):
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert request.node.nodeid.endswith("@built")


def test_a_second_run_does_nothing(built):
    done = built.snakemake(*SMOKE)
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout + done.stderr


def test_the_stages_are_visible(built):
    graph = built.snakemake("--rulegraph", *SMOKE).stdout
    for stage in (
        "data_fashion_mnist_mini",
        "rank_at_initialization",
        "training",
        "chains",
        "bounds",
        "figure",
        "claims",
    ):
        assert f'"{stage}"' in graph


def test_verify_prints_the_verdicts(built, results):
    done = built.snakemake("verify", *SMOKE)
    assert done.returncode == 0, done.stderr
    for claim in json.loads((results / "claims.json").read_text()):
        assert claim["id"] in done.stdout


def test_the_report_is_one_self_contained_page(built, results):
    done = built.snakemake("report", *SMOKE)
    assert done.returncode == 0, done.stdout + done.stderr
    page = (results / "report.html").read_text()
    for category in ("Verdicts", "Figures", "Data"):
        assert category in page
    for figure in results.glob("figures/*.png"):
        assert figure.name in page
    assert not re.search(r"""<(script|link|img)[^>]+(src|href)=["']https?:""", page)
    assert built.planned("report", *SMOKE) == {}
    for caption in (built.folder / "workflow/report").glob("*.rst"):
        before = caption.read_text()
        caption.write_text(f"{before}\nMore.\n")
        assert built.planned("report", *SMOKE) == {"report": 1}
        caption.write_text(before)


@pytest.mark.skipif(not LATEX, reason="a crate has the paper, which needs LaTeX")
def test_a_crate_has_every_frame_that_figures_are_drawn_from(built):
    done = built.snakemake("crate", "--dry-run", "--printshellcmds", *SMOKE)
    [command] = re.findall("rankcollapse crate .*", done.stdout + done.stderr)
    for frame in {frame for name in rooms.names() for frame in rooms.needed(name)}:
        assert f"/{frame}.parquet " in command
