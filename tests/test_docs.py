"""The documentation: its links lead somewhere, its examples run, and what is made from the code is in step with it."""

import re
import runpy
import subprocess
import sys

import pytest
from support.paths import ROOT

import rankcollapse
from rankcollapse.cli import VERBS
from rankcollapse.experiments import rooms
from rankcollapse.provenance.records import Manifest

FOLDERS = ("config", "tests", "workflow/profiles")
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *(ROOT / folder / "README.md" for folder in FOLDERS)]
EXAMPLES = re.findall(r"^### `(\w+)`$(.*?)(?=^##|\Z)", (ROOT / "docs/library.md").read_text(), re.M | re.S)


def blocks(text):
    return re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)


def without_code(text):
    return re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.M | re.S)


def anchors(page):
    """The anchors that readers of Markdown make of headings."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text()))
    for link in links:
        if re.match(r"https?:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_commands_and_sections_that_are_named_exist():
    text = "\n".join(page.read_text() for page in PAGES)
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    assert set(re.findall(r"(?:^|`)rankcollapse ([a-z]+)", text, re.M)) <= set(VERBS)
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.M)) <= set(targets)
    assert set(re.findall(r"'(\w+)=\{", text)) <= {*rooms.names(), "data_from"}


def test_every_page_of_the_folder_is_linked_from_the_readme():
    linked = set(re.findall(r"\]\((docs/\w[\w-]*\.md)\)", (ROOT / "README.md").read_text()))
    assert linked == {f"docs/{page.name}" for page in ROOT.glob("docs/*.md")}


def test_the_readme_is_short():
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) <= 120
    assert max(map(len, lines)) <= 160


def test_the_library_page_has_one_example_of_every_public_name():
    assert sorted(name for name, _ in EXAMPLES) == sorted(rankcollapse.__all__)
    for name, text in EXAMPLES:
        [block] = blocks(text)
        assert re.search(rf"^from rankcollapse import .*\b{name}\b", block, re.M)


@pytest.mark.parametrize(("name", "text"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example_of_the_library_page_prints_what_it_says(name, text, capsys):
    [block] = blocks(text)
    exec(compile(block, f"docs/library.md: {name}", "exec"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"^print\(.*\)  # (.*)$", block, re.M)


def test_importing_the_package_imports_no_torch():
    code = "import sys, rankcollapse; assert 'torch' not in sys.modules; rankcollapse.numerical_rank"
    subprocess.run([sys.executable, "-c", code + "; assert 'torch' in sys.modules"], check=True)


def test_the_public_names_are_listed_and_no_others_are_found():
    assert set(rankcollapse.__all__) <= set(dir(rankcollapse))
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = rankcollapse.nonsense


def test_the_diagram_of_the_wings_is_in_step_with_the_code():
    page = (ROOT / "docs/architecture.md").read_text()
    assert runpy.run_path(str(ROOT / "docs/diagram.py"))["in_step"](page) == page, "run `make docs`"


def test_the_costs_of_figures_are_those_of_the_reference_results():
    page = (ROOT / "docs/running.md").read_text()
    made = runpy.run_path(str(ROOT / "docs/costs.py"))
    assert made["in_step"](page) == page, "run `make docs`"
    manifest = Manifest.read(ROOT / "results/reference/laptop/manifest.json")
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| ([\d.]+) \| (\d+) \| [\d.]+ \|$", made["generated"](), re.M)
    assert [row[0] for row in rows] == list(rooms.names())
    for name, jobs, minutes, peak in rows:
        costs = [manifest.frames[frame].cost for frame in rooms.needed(name) if frame in manifest.frames]
        assert int(jobs) == sum(cost.jobs for cost in costs)
        assert abs(float(minutes) - sum(cost.job_seconds for cost in costs) / 60) <= 0.051
        assert int(peak) == round(max(cost.peak_mb for cost in costs))
    assert all(f"{cell.processor} with {cell.instructions}" in page for cell in manifest.cells)
