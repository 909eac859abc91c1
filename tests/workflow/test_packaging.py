"""pyproject.toml, requirements.lock and environment.yml agree; the Makefile works without a home folder."""

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile

import pytest
import yaml
from packaging.requirements import Requirement
from support.paths import ROOT
from support.projects import Project

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


LOCK_LINES = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if not re.match(r"\s*(#|$)", line)]


LOCK = dict(line.split("==") for line in LOCK_LINES)


def direct():
    extras = PROJECT["optional-dependencies"]
    return [Requirement(text) for text in [*PROJECT["dependencies"], *extras["workflow"], *extras["dev"]]]


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


def test_the_library_and_the_probe_need_few_packages():
    """Whoever installs the package without extras gets no Snakemake."""
    needed = {Requirement(text).name for text in PROJECT["dependencies"]}
    assert needed == {"torch", "numpy", "scipy", "pyarrow", "pandas", "seaborn", "rich", "typer"}


@pytest.fixture(scope="module")
def backend(tmp_path_factory):
    """The pinned backend, in a folder of its own that pip fills from the registry."""
    folder = tmp_path_factory.mktemp("backend")
    [pinned] = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    got = subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", folder, pinned], check=False)
    if got.returncode:
        pytest.skip("the backend cannot be installed here")
    return folder


@pytest.fixture(scope="module", params=["wheel", "sdist"])
def installed(request, backend, tmp_path_factory):
    """The package, unpacked in a folder of its own: its metadata, and a way to run Python that finds it alone.

    From an sdist a wheel is built first, in a folder where nothing else is, as pip does. Packages of the extras cannot
    be imported there: a module that is found first in the path refuses them.
    """
    folder = tmp_path_factory.mktemp(f"from {request.param}")

    def built(kind, source):
        code = f"import flit_core.buildapi as b; print(b.build_{kind}({str(folder)!r}))"
        environment = os.environ | {"PYTHONPATH": str(backend)}
        done = subprocess.run([sys.executable, "-c", code], cwd=source, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return folder / done.stdout.strip()

    source = ROOT
    if request.param == "sdist":
        with tarfile.open(built("sdist", ROOT)) as archive:
            archive.extractall(folder / "source", filter="data")
        [source] = (folder / "source").iterdir()
    with zipfile.ZipFile(built("wheel", source)) as archive:
        archive.extractall(folder / "site")
    extras = [Requirement(text).name for text in PROJECT["optional-dependencies"]["workflow"]]
    names = {"pyyaml": "yaml", "pillow": "PIL", "snakemake-executor-plugin-slurm": "snakemake_executor_plugin_slurm"}
    refused = sorted({names.get(name, name) for name in extras} - {"matplotlib", "packaging", "jinja2", "pydantic"})
    (folder / "site/sitecustomize.py").write_text(
        f"import sys\nfor name in {refused}:\n    sys.modules[name] = None  # importing it fails\n"
    )
    return folder / "site"


def elsewhere(installed, *arguments):
    """Python in the folder above that of the package, which finds it and not the one of this clone."""
    environment = os.environ | {"PYTHONPATH": str(installed)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=installed.parent, env=environment, capture_output=True, text=True
    )


def test_the_package_probes_a_network_elsewhere_without_the_extras(installed):
    (installed.parent / "nets.py").write_text(
        "from torch import nn\ndef build(): return nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))\n"
    )
    done = elsewhere(
        installed, "-m", "rankcollapse.cli", "probe", "nets:build", "--input", "16x8", "--json", "found.json"
    )
    assert done.returncode == 0, done.stderr
    assert "Neither rank nor scale is lost" in done.stdout
    found = json.loads((installed.parent / "found.json").read_text())
    assert [row["path"] for row in found["rows"]["as built"]] == ["0", "1", "2", ""]
    place = elsewhere(installed, "-c", "import rankcollapse; print(rankcollapse.__file__)").stdout
    assert place.startswith(str(installed))


def test_the_package_carries_the_catalogue_and_the_embedded_data(installed):
    source, there = ROOT / "src/rankcollapse", installed / "rankcollapse"
    data = [path for path in (source / "datasets").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert len([path for path in data if path.suffix == ".gz"]) == 4
    for path in [source / "datasets/catalogue.yaml", *data]:
        assert (there / path.relative_to(source)).read_bytes() == path.read_bytes(), path
    code = "from rankcollapse.datasets.catalogue import catalogue; print(*catalogue())"
    environment = os.environ | {"PYTHONPATH": f"{installed}", "PYTHONNOUSERSITE": "1"}
    (installed / "sitecustomize.py").rename(installed / "without.py")  # the catalogue needs the extra `workflow`
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=installed.parent, env=environment, capture_output=True, text=True
        )
    finally:
        (installed / "without.py").rename(installed / "sitecustomize.py")
    assert "fashion-mnist-mini" in done.stdout.split(), done.stderr


def test_a_command_of_the_workflow_says_what_to_install(installed):
    for verb, *arguments in (["settings"], ["run", "escape.chain", "seeds=2", "--output", "x.parquet"]):
        done = elsewhere(installed, "-m", "rankcollapse.cli", verb, *arguments)
        assert done.returncode != 0
        assert "pip install 'rankcollapse[workflow]'" in done.stderr
        assert "Traceback" not in done.stderr
    done = elsewhere(installed, "-m", "rankcollapse.cli", "--help")
    assert done.returncode == 0, done.stderr
    assert "probe" in done.stdout


def test_the_verdicts_in_the_readme_are_those_of_the_reference_results():
    rows = re.findall(r"^\| ([CEF]\d+s?) \|[^|]*\| \**([a-z ]+)\** \|", (ROOT / "README.md").read_text(), re.M)
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


def test_a_python_for_which_a_pinned_package_does_not_exist(tmp_path):
    """Pip's failure ends in a message of ours, and the next `make setup` starts anew."""
    project = Project(tmp_path / "project")
    fake = tmp_path / "python"
    fake.write_text(
        '#!/bin/sh\n[ "$1" = -m ] || exit 0\nmkdir -p .venv/bin\n'
        'printf "#!/bin/sh\\necho Python 3.99.0\\n" > .venv/bin/python\n'
        'printf "#!/bin/sh\\necho No matching distribution >&2; exit 1\\n" > .venv/bin/pip\nchmod +x .venv/bin/*\n'
    )
    fake.chmod(0o755)
    done = project.run(["make", "setup", f"PYTHON={fake}"])
    assert done.returncode != 0
    assert "tested with Python 3.11, and this is Python 3.99.0" in done.stderr
    assert "make setup PYTHON=python3.11" in done.stderr
    assert not (project.folder / ".venv/installed").exists()


def test_both_containers_are_built_and_run_by_the_same_scripts():
    for name in ("Dockerfile", "apptainer.def"):
        text = (ROOT / "containers" / name).read_text()
        assert "/rankcollapse/containers/build" in text
        assert "/rankcollapse/containers/run" in text
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert ".venv" in ignored
    assert ".git" not in ignored  # the image knows its commit
    for name in ("build", "run"):
        subprocess.run(["sh", "-n", ROOT / "containers" / name], check=True)
