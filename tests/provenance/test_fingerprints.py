"""What a module depends on, against what Python imports; the hashes follow it."""

import subprocess
import sys
from pathlib import Path

import pytest

from rankcollapse.provenance import fingerprints
from rankcollapse.provenance.fingerprints import ROOT, module_files, settings_hash, source_hash

CELLS = ["rankcollapse.experiments.trainability.rank", "rankcollapse.experiments.trainability.training"]
# What the graph imports to know its jobs.
GRAPH = [
    "rankcollapse.config.scale",
    "rankcollapse.datasets.catalogue",
    "rankcollapse.experiments.ledger",
    "rankcollapse.provenance.fingerprints",
    "rankcollapse.report.latex",
]


def names(*modules):
    return {file.removeprefix("rankcollapse/") for file in module_files(*modules)}


@pytest.mark.parametrize("module", CELLS)
def test_the_closure_is_what_is_really_imported(module):
    code = f"import sys, {module}; print(*(m.__file__ for n, m in sys.modules.items() if n.startswith('rankcollapse')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert sorted(map(Path, loaded)) == sorted(ROOT / file for file in module_files(module))


def test_a_cell_depends_on_its_mathematics_and_not_on_drawing_or_settings():
    rank, training = map(names, CELLS)
    assert "theory/spectra.py" in rank
    assert {"training/trainer.py", "training/session.py"} <= training - rank
    for name in ("figure.py", "claims.py", "judge.py", "numbers.py", "settings.py", "scale.py", "cli.py"):
        assert name not in {Path(file).name for file in rank | training}


def test_what_the_graph_imports_is_quick_to_import():
    """A second run must answer at once."""
    imports = f"import sys, {', '.join(GRAPH)}; rankcollapse.experiments.ledger.statements()"
    code = f"{imports}; print(*{{'torch', 'scipy', 'pandas', 'pyarrow', 'matplotlib'}} & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() == []


def test_hashes_tell_contents_apart():
    assert source_hash(CELLS[0]) != source_hash(CELLS[1])
    assert source_hash(*CELLS) == source_hash(*reversed(CELLS)) != source_hash(CELLS[1])
    assert settings_hash({"a": 1, "b": [2]}) == settings_hash({"b": [2], "a": 1})
    assert settings_hash({"a": 1}) != settings_hash({"a": 1.5})


# A module of each kind of import, and two that nothing of `cell` imports.
PACKAGE = {
    "__init__": "",
    "cell": """
import rankcollapse.plain
from rankcollapse import of_the_top
from rankcollapse.room import member
from rankcollapse.functions import used
import math, numpy

def run():
    from rankcollapse.inside_a_function import late
    return late
""",
    "plain": "import rankcollapse.far",
    "far": "",
    "of_the_top": "",
    "room/__init__": "",
    "room/member": "",
    "room/other": "",
    "functions": "def used(): ...",
    "inside_a_function": "class Late:\n    def late(self):\n        import rankcollapse.within_a_class",
    "within_a_class": "",
    "by_a_name": "",
    "unrelated": "import rankcollapse.cell",
}
FOLLOWED = set(PACKAGE) - {"room/other", "by_a_name", "unrelated"}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package in place of ours."""
    monkeypatch.setattr(fingerprints, "ROOT", tmp_path)

    def forget():
        fingerprints._content.cache_clear()
        fingerprints._imports.cache_clear()

    def write(name, text):
        path = tmp_path / "rankcollapse" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        forget()

    for name, text in PACKAGE.items():
        write(name, text)
    yield write
    monkeypatch.undo()
    forget()


def test_imports_of_every_kind_are_followed(package):
    assert names("rankcollapse.cell") == {f"{name}.py" for name in FOLLOWED}


@pytest.mark.parametrize("name", PACKAGE)
def test_the_hash_follows_the_imports_also_those_of_functions(package, name):
    before = source_hash("rankcollapse.cell")
    package(name, PACKAGE[name] + "\n# edited\n")
    assert (source_hash("rankcollapse.cell") != before) == (name in FOLLOWED)
    package(name, PACKAGE[name])
    assert source_hash("rankcollapse.cell") == before


def test_an_import_that_is_added_takes_its_module_into_the_hash(package):
    package("far", "def later():\n    from rankcollapse import by_a_name")
    before = source_hash("rankcollapse.cell")
    package("by_a_name", "# edited")
    assert source_hash("rankcollapse.cell") != before


def test_the_same_contents_under_another_name_are_another_hash(package):
    assert PACKAGE["far"] == PACKAGE["of_the_top"]
    assert source_hash("rankcollapse.far") != source_hash("rankcollapse.of_the_top")
