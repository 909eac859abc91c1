"""pyproject.toml, requirements.lock and environment.yml agree; the Makefile works without a home folder."""

import json
import os
import re
import subprocess
import tomllib

import yaml
from packaging.requirements import Requirement
from support.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


LOCK_LINES = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if not re.match(r"\s*(#|$)", line)]


LOCK = dict(line.split("==") for line in LOCK_LINES)


def direct():
    return [Requirement(text) for text in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]]


def test_the_lock_pins_every_direct_dependency_within_its_bounds():
    for requirement in direct():
        assert requirement.specifier.contains(LOCK[requirement.name]), requirement


def test_the_lock_holds_exact_versions_without_local_tags():
    for line in LOCK_LINES:
        assert re.fullmatch(r"[a-z0-9._-]+==[0-9][0-9a-z.]*", line), line
    assert LOCK["torch"] == "2.13.0"


def test_the_lock_was_made_from_the_direct_dependencies():
    """Each entry is asked for by name: by pyproject.toml or by another entry."""
    text = (ROOT / "requirements.lock").read_text()
    roots = {name for name, why in re.findall(r"^([\w.-]+)==\S+\n((?:\s+#.*\n?)+)", text, re.M) if "pyproject" in why}
    assert roots == {requirement.name for requirement in direct()}


def test_conda_reaches_the_same_pins():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python, pip, wheels = environment["dependencies"]
    assert pip == "pip"
    assert wheels == {"pip": LOCK_LINES}, "run: make environment.yml"  # no path: conda reads a copy elsewhere
    assert f">={python.removeprefix('python=')}" == PROJECT["requires-python"]


def test_every_direct_dependency_has_a_reason():
    lines = re.findall(r'^ {4}"[a-z][^"]*",(.*)$', (ROOT / "pyproject.toml").read_text(), re.M)
    dependencies = [line for line in lines if line.strip()]
    assert len(dependencies) >= len(direct())
    assert all(re.match(r"\s+# \S", line) for line in dependencies)


def test_the_verdicts_in_the_readme_are_those_of_the_reference_results():
    rows = re.findall(r"^\| ([CE]\d+) \|[^|]*\| \**([a-z ]+)\** \|", (ROOT / "README.md").read_text(), re.M)
    for column, scale in enumerate(["laptop"], 1):
        claims = json.loads((ROOT / f"results/reference/{scale}/claims.json").read_text())
        assert {row[0]: row[column] for row in rows} == {
            claim["id"]: claim["verdict"].replace("_", " ") for claim in claims
        }


def test_without_a_home_folder_the_cache_of_snakemake_is_kept_here(tmp_path):
    for home, elsewhere in ((str(tmp_path), False), ("/proc/none", True), (None, True)):
        environment = {key: value for key, value in (os.environ | {"HOME": home}).items() if value is not None}
        made = subprocess.run(["make", "-n", "paper"], cwd=ROOT, env=environment, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        assert (f'XDG_CACHE_HOME="{ROOT}/.snakemake/cache" snakemake --cores' in made.stdout) == elsewhere
