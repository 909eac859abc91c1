"""The command line, as a person types it: every mistake is one message and a non-zero exit."""

import subprocess
import sys
import types
from pathlib import Path

import pytest
from support.cli import fails, rankcollapse
from support.paths import ROOT

from rankcollapse.cli import VERBS
from rankcollapse.errors import UserError
from rankcollapse.experiments import rooms
from rankcollapse.experiments.base import Section


def loaded(code):
    """The modules that are imported after some code."""
    code += "; import sys; print(*sys.modules)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_help_names_every_command():
    text = rankcollapse("--help").stdout
    modules = {path.stem for path in (ROOT / "src/rankcollapse/commands").glob("*.py")} - {"__init__", "options"}
    assert {*VERBS} == modules
    for command in VERBS:
        assert command in text


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_has_a_help_of_its_own(verb):
    done = rankcollapse(verb, "--help")
    assert done.returncode == 0
    assert f"rankcollapse {verb}" in done.stdout


def test_a_command_imports_no_other():
    start = "from typer.testing import CliRunner; from rankcollapse.cli import app; run = CliRunner().invoke; "
    for verb in ("latex", "verify"):
        found = {name for name in loaded(start + f"run(app, ['{verb}', '--help'])") if "rankcollapse.commands." in name}
        assert found - {"rankcollapse.commands.options"} == {f"rankcollapse.commands.{verb}"}


def test_short_commands_import_no_large_library():
    """Gathering cells imports neither torch nor pandas; a cell sets the number of threads before it imports torch."""
    for verb, libraries in (("gather", {"torch", "pandas", "matplotlib"}), ("run", {"torch"}), ("data", {"torch"})):
        assert not libraries & {*loaded(f"import rankcollapse.commands.{verb}")}, verb


def test_a_command_that_there_is_not():
    assert "No such command 'bounds'" in fails("bounds")


def test_other_mistakes(tmp_path):
    assert "unknown data set 'mnist'" in fails("data", "mnist", cwd=tmp_path)
    assert "claims.json: No such file" in fails("verify", tmp_path / "claims.json")
    assert "no experiment 'device'" in fails("figure", "device", "--output", "x.png", tmp_path)
    frame = tmp_path / "trainability.rank.parquet"
    frame.write_bytes(b"PAR1 not")
    assert "trainability.rank.parquet is not a frame, or not a whole one" in fails(
        "claims", frame, "--output", tmp_path / "new.json"
    )
    for content, message in (("{", "is not JSON, or is damaged"), ("{}", "not the claims.json")):
        (tmp_path / "damaged.json").write_text(content)
        assert message in fails("verify", tmp_path / "damaged.json")
    (tmp_path / "file").write_text("")
    blocked = fails("data", "fashion-mnist-mini", RANKCOLLAPSE_CACHE=str(tmp_path / "file"))
    assert "cannot write the cache" in blocked
    assert "RANKCOLLAPSE_CACHE" in blocked


@pytest.mark.parametrize("number", [0, 2])
def test_settings_of_an_experiment_that_are_not_one_section(monkeypatch, number):
    settings = types.ModuleType("settings")
    settings.__file__ = "signs/settings.py"
    for name in ("One", "Other")[:number]:
        setattr(settings, name, type(name, (Section,), {"__module__": "settings"}))
    monkeypatch.setattr(rooms, "module", lambda experiment, part: settings)
    with pytest.raises(UserError, match=f"signs/settings.py must define exactly one Section, it defines {number}"):
        rooms.section.__wrapped__("signs")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_mistake(closed, tmp_path):
    """As a service or a job without a terminal has them."""
    claims = ROOT / "results/reference/laptop/claims.json"
    for arguments, code in ((["verify", claims], 0), (["verify", tmp_path / "none.json"], 1)):
        command = ["sh", "-c", f'"$@" {closed}', "sh", sys.executable, "-m", "rankcollapse", *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stdout + done.stderr


def test_a_cache_in_quotes_is_in_the_home_and_a_source_that_is_not_there_is_told(tmp_path):
    surroundings = {"HOME": str(tmp_path), "RANKCOLLAPSE_CACHE": "~/cache"}
    done = rankcollapse("data", "fashion-mnist-mini", cwd=tmp_path, **surroundings)
    assert [Path(line).parent for line in done.stdout.splitlines()] == 4 * [tmp_path / "cache/fashion-mnist-mini"]
    told = fails("data", "fashion-mnist-mini", "--from", "/nowhere", cwd=tmp_path, **surroundings)
    assert told.startswith("error: there is no /nowhere: after --from name the folder or archive that has fashion-")
