"""Results are called what they are: the scale that a run is of, from all that may name one."""

import shutil
from pathlib import Path

import pytest
import yaml
from support.settings import CONFIG, values

from rankcollapse.config.chosen import choose
from rankcollapse.errors import UserError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The committed scales, and some of a user's own."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(CONFIG, tmp_path / "config")
    for name in ("2024_1", "1e3", "reference", "laptop-from-reference", "a{b}", "no", "0x10"):
        shutil.copy(CONFIG / "smoke.yaml", tmp_path / f"config/{name}.yaml")
    return tmp_path / "config"


def chosen(config, *, arguments=(), files=()):
    return choose(config, arguments, [Path(file) for file in files], [Path("config")])


def refused(config, **given):
    with pytest.raises(UserError) as error:
        chosen(config, **given)
    return str(error.value)


def test_the_default_and_a_scale_by_its_name(folder):
    assert chosen({}).name == "laptop"
    found = chosen({"scale": "smoke", "results_from": "run", "device": "auto"})
    assert (found.name, found.file, found.changes) == ("smoke", Path("config/smoke.yaml"), {"device": "auto"})
    assert found.settings == values("smoke")


@pytest.mark.parametrize(
    ("typed", "read"), [("2024_1", 20241), ("1e3", 1000.0), ("no", False), ("0x10", "0x10"), ("smoke", "smoke")]
)
def test_a_name_that_snakemake_takes_for_a_number_is_the_name_that_was_typed(folder, typed, read):
    assert chosen({"scale": read}, arguments=["device=cpu", f"scale={typed}"]).name == typed


@pytest.mark.parametrize("read", [20241, 1000.0, True, ["smoke"]])
def test_a_name_that_a_file_gives_as_a_number_is_asked_for_in_quotes(folder, read):
    assert 'write it in quotes, scale: "NAME"' in refused({"scale": read})


@pytest.mark.parametrize("name", ["huge", "../config/smoke", "config", "smoke.yaml"])
def test_a_scale_that_there_is_not(folder, name):
    assert f"there is no config/{name}.yaml; scale must be one of: " in refused({"scale": name})


@pytest.mark.parametrize("name", [None, ""])
def test_a_scale_without_a_name(folder, name):
    assert "scale is given without a name" in refused({"scale": name})


@pytest.mark.parametrize("name", ["reference", "laptop-from-reference"])
def test_a_scale_that_would_write_over_other_results(folder, name):
    assert f"no scale can be called {name}: results/{name}/ is for other results" in refused({"scale": name})


def test_a_name_that_snakemake_would_take_for_a_wildcard(folder):
    assert "a scale is called by letters, digits" in refused({"scale": "a{b}"})


def test_two_names(folder):
    assert "scale is given twice: smoke and overnight" in refused(
        {"scale": "overnight"}, arguments=["scale=smoke", "scale=overnight"]
    )


def test_a_configfile_that_is_a_scale_is_that_scale(folder):
    assert chosen(values("smoke"), files=["config/smoke.yaml"]).name == "smoke"
    assert chosen(values("smoke"), files=[folder / "../config/smoke.yaml"]).name == "smoke"
    both = {"scale": "smoke"} | values("smoke")
    assert chosen(both, arguments=["scale=smoke"], files=["config/smoke.yaml"]).name == "smoke"


def test_a_configfile_of_another_scale(folder):
    both = {"scale": "smoke"} | values("overnight")
    told = refused(both, arguments=["scale=smoke"], files=["config/overnight.yaml"])
    assert told == "--configfile config/overnight.yaml is scale overnight, and scale smoke was asked for too; name one"
    told = refused(values("overnight"), files=["config/smoke.yaml", "config/overnight.yaml"])
    assert "config/overnight.yaml is scale overnight, and scale smoke" in told


@pytest.mark.parametrize("named", [{}, {"scale": "smoke"}, {"scale": "laptop"}])
def test_a_whole_scale_without_a_name_of_its_own(folder, named):
    """In a file elsewhere, or as the config of a module."""
    shutil.copy(folder / "overnight.yaml", "mine.yaml")
    told = refused(named | values("overnight"), files=["mine.yaml"])
    assert "mine.yaml is a whole scale, and its results need a name of their own: copy it to config/NAME.yaml" in told
    assert "the config is a whole scale" in refused(named | values("overnight"))


def test_changes_in_a_file_say_of_which_scale(folder):
    Path("change.yaml").write_text("device: cuda\n")
    assert "add the line `scale: laptop`" in refused({"device": "cuda"}, files=["change.yaml"])
    with_name = {"device": "cuda", "scale": "smoke"}
    assert chosen(with_name, arguments=["scale=smoke"], files=["change.yaml"]).name == "smoke"
    Path("change.yaml").write_text("device: cuda\nscale: smoke\n")
    assert chosen(with_name, files=["change.yaml"]) == chosen(with_name)


def test_a_key_that_stands_twice_in_a_configfile(folder):
    Path("change.yaml").write_text("scale: smoke\ndevice: cuda\ndevice: cpu\n")
    assert "the key 'device' stands twice, in lines 2 and 3" in refused({"scale": "smoke"}, files=["change.yaml"])


def test_a_scale_that_names_itself(folder):
    Path("config/mine.yaml").write_text(yaml.safe_dump({"scale": "mine"} | values("smoke")))
    assert chosen({"scale": "mine"} | values("smoke")).name == "mine"
    Path("config/other.yaml").write_text(yaml.safe_dump({"scale": "mine"} | values("smoke")))
    assert "other.yaml says that it is another scale" in refused({"scale": "other"})


def test_the_first_folder_counts_before_the_second(folder, tmp_path):
    (tmp_path / "ours/config").mkdir(parents=True)
    (tmp_path / "ours/config/laptop.yaml").write_text((folder / "smoke.yaml").read_text())
    found = choose({}, [], [], [tmp_path / "ours/config", folder])
    assert found.file == tmp_path / "ours/config/laptop.yaml"
    assert choose({"scale": "overnight"}, [], [], [tmp_path / "ours/config", folder]).file == folder / "overnight.yaml"
