"""The page docs/probe.md: its blocks run in order, print what it says, and its faults are cured."""

import re
import sys

import pytest
from support.cli import rankcollapse
from support.paths import ROOT

PAGE = (ROOT / "docs/probe.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```$(?:\n\n^```text\n(.*?)^```$)?", PAGE, re.M | re.S)


def without_numbers(text):
    return re.sub(r"\s+", " ", re.sub(r"\d[\d.]*", "#", text)).strip()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the file of the page in it, from which can be imported."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "mine.py").write_text(BLOCKS[0][0])
    yield tmp_path
    sys.modules.pop("mine", None)


def test_the_blocks_run_in_order_and_print_what_the_page_says(folder, capsys):
    assert BLOCKS[0][0].startswith("# mine.py\n")
    assert len(BLOCKS) >= 10
    names = {}
    for number, (code, expected) in enumerate(BLOCKS[1:], start=1):
        exec(compile(code, f"docs/probe.md: block {number}", "exec"), names)
        assert without_numbers(capsys.readouterr().out) == without_numbers(expected), code


def test_a_command_of_the_page(folder):
    done = rankcollapse("probe", "mine:build", "--input", "128x64", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Rank is lost at 6 (Linear)" in done.stdout.replace("\n", " ")
