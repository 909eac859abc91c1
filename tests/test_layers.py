"""The shape of the code: what may import what, how much lies where, how long a function is."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from support.paths import ROOT

from rankcollapse.experiments import rooms
from rankcollapse.experiments.base import Derived

SOURCE = ROOT / "src/rankcollapse"
MODULES = sorted(SOURCE.rglob("*.py"))
TREES = {path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text()) for path in MODULES}
MOST_AT_THE_TOP = 18  # wings, and modules beside them
LONGEST_FUNCTION = 60  # lines, its docstring included


def contract(name):
    """A contract of pyproject.toml, by the beginning of its name."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [found] = [each for each in contracts if each["name"].startswith(name)]
    return found


def lint_imports(folder):
    """The contracts of pyproject.toml against the source below a folder: the exit status and what is said."""
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache", "--config", ROOT / "pyproject.toml"]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.returncode, re.sub(r"\x1b\[\d*m", "", done.stdout + done.stderr)


def test_the_contracts_on_imports_are_kept():
    status, told = lint_imports(ROOT / "src")
    assert status == 0, told


CHAIN = "rankcollapse/experiments/fixed_batch/chain.py"
SPOILED = [
    ("rankcollapse/theory/spectra.py", "import rankcollapse.networks.mlp", "those below it only"),
    ("rankcollapse/hall/__init__.py", "", "those below it only"),  # a wing without a place
    ("rankcollapse/experiments/escape/figure.py", "from rankcollapse.claims import judging", "A figure draws"),
    ("rankcollapse/experiments/escape/numbers.py", "from rankcollapse.experiments.escape import figure", "Numbers"),
    (CHAIN, "import matplotlib.pyplot", "What computes a cell"),
    (CHAIN, "def late():\n    from rankcollapse.experiments.fixed_batch import settings", "What computes a cell"),
    ("rankcollapse/theory/spectra.py", "import seaborn", "What computes a cell"),  # by way of what it imports
]


@pytest.mark.parametrize(("file", "line", "broken"), SPOILED)
def test_a_broken_contract_is_found(tmp_path, file, line, broken):
    for path, name in zip(MODULES, TREES, strict=True):
        copy = tmp_path / "rankcollapse" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    (tmp_path / file).parent.mkdir(exist_ok=True)
    with (tmp_path / file).open("a") as module:
        module.write(f"\n\n{line}\n")
    status, told = lint_imports(tmp_path)
    assert status != 0
    assert re.search(f"^.*{broken}.* BROKEN$", told, re.M), told


def test_every_module_that_computes_a_cell_is_under_its_contract():
    patterns = contract("What computes a cell")["source_modules"]
    cells = [cell for experiment in rooms.names() for cell in rooms.section(experiment).FRAMES.values()]
    computing = {
        (cell.__module__.rpartition(".")[0], cell.COMPUTED_BY) for cell in cells if not issubclass(cell, Derived)
    }
    assert len(computing) > 10
    for room, name in computing:
        assert any(fnmatchcase(f"{room}.{name}", pattern) for pattern in patterns), f"{room}.{name}"


def test_the_package_is_taken_in_at_a_glance():
    at_the_top = [entry.name for entry in SOURCE.iterdir() if entry.name not in ("__pycache__", "__init__.py")]
    assert len(at_the_top) <= MOST_AT_THE_TOP, at_the_top


def test_a_package_says_what_is_in_it_and_holds_nothing_else():
    inner = {name: tree for name, tree in TREES.items() if name.endswith("/__init__.py")}
    assert len(inner) > 20
    assert [name for name, tree in inner.items() if not ast.get_docstring(tree) or len(tree.body) > 1] == []


def test_every_folder_with_modules_is_a_package():
    folders = {path.parent for path in MODULES if "embedded" not in path.parts}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_no_function_is_too_long():
    lengths = {
        f"{node.name} in {name}": node.end_lineno - node.lineno + 1
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert len(lengths) > 200
    assert {function: length for function, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_imports_are_by_full_names():
    """The fingerprints that decide what runs again do not follow relative ones."""
    imports = [
        (name, node) for name, tree in TREES.items() for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    ]
    assert [(name, node.lineno) for name, node in imports if node.level] == []
