"""The import closure that decides reruns, against what Python really imports."""

import subprocess
import sys
from pathlib import Path

import pytest

from rankcollapse.source import ROOT, module_files, settings_hash, source_hash

CELLS = ["rankcollapse.experiments.depth.rank", "rankcollapse.experiments.depth.training"]


@pytest.mark.parametrize("module", CELLS)
def test_the_closure_is_what_is_really_imported(module):
    code = f"import sys, {module}; print(*(m.__file__ for n, m in sys.modules.items() if n.startswith('rankcollapse')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert sorted(map(Path, loaded)) == sorted(Path(file).absolute() for file in module_files(module))


def test_a_cell_depends_on_its_mathematics_and_not_on_drawing_or_settings():
    rank, training = ({Path(file).name for file in module_files(module)} for module in CELLS)
    assert "spectra.py" in rank
    assert {"training.py", "session.py"} <= training - rank
    for name in ("figure.py", "claims.py", "settings.py", "config.py", "cli.py"):
        assert name not in rank | training


def test_settings_import_no_torch():
    """The graph is built from them, and a second run must answer at once."""
    code = "import sys, rankcollapse.config, rankcollapse.source, rankcollapse.latex; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_hashes_tell_contents_apart(tmp_path, monkeypatch):
    assert source_hash(CELLS[0]) != source_hash(CELLS[1])
    assert settings_hash({"a": 1, "b": [2]}) == settings_hash({"b": [2], "a": 1})
    assert settings_hash({"a": 1}) != settings_hash({"a": 1.5})
    monkeypatch.chdir(ROOT.parent)
    assert all(not Path(file).is_absolute() for file in module_files(CELLS[0]))
