"""pyproject.toml, the locks and environment.yml agree; the Makefile works without a home folder."""

import glob
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.paths import ROOT
from support.projects import Project

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def entries(name):
    """The pins of a lock: requirement -> its hashes."""
    text = (ROOT / name).read_text()
    parts = re.findall(r"^([a-z].*?) \\\n((?: +--hash=.*\n)+)", text, re.M)
    assert len(parts) == len(re.findall(r"^[^\s#]", text, re.M)), "a pin without a hash"
    return {line: re.findall(r"^ +--hash=sha256:([0-9a-f]{64})(?: \\)?$", hashes, re.M) for line, hashes in parts}


LOCKED, CUDA = entries("requirements.lock"), entries("requirements-cuda.lock")
LOCK = {Requirement(line).name: str(Requirement(line).specifier).removeprefix("==") for line in LOCKED}
LINE = r"[a-z0-9._-]+==[0-9][0-9a-z.]*( ; .+)?"


def direct():
    extras = PROJECT["optional-dependencies"]
    return [Requirement(text) for text in [*PROJECT["dependencies"], *extras["workflow"], *extras["dev"]]]


def test_the_lock_pins_every_direct_dependency_within_its_bounds():
    for requirement in direct():
        assert requirement.specifier.contains(LOCK[requirement.name]), requirement


def test_the_lock_holds_exact_versions_without_local_tags_and_a_hash_of_each_file():
    assert all(re.fullmatch(LINE, line) for line in LOCKED | CUDA)
    assert all(hashes and len({*hashes}) == len(hashes) for hashes in (LOCKED | CUDA).values())
    assert not LOCKED.keys() & CUDA.keys()
    assert LOCK["torch"] == "2.13.0"
    assert "://" not in (ROOT / "requirements.lock").read_text() + (ROOT / "requirements-cuda.lock").read_text()


def test_the_lock_has_both_builds_of_torch():
    """Their names differ and so do their hashes; what only CUDA needs is in a lock of its own."""
    [build, cpu] = re.search(r"^TORCH_CPU := (\S+) (\S+)$", (ROOT / "Makefile").read_text(), re.M).groups()
    assert cpu in LOCKED[build]
    assert len(LOCKED[build]) > 20  # Pythons and systems
    wheels = [*map(Path, glob.glob(os.environ.get("PIP_FIND_LINKS", "/nonexistent") + "/torch-2.13.0*.whl"))]
    assert all(hashlib.sha256(wheel.read_bytes()).hexdigest() in LOCKED[build] for wheel in wheels)
    assert {Requirement(line).name.partition("-")[0] for line in CUDA} == {"cuda", "nvidia", "triton"}
    assert not any(re.match("cuda|nvidia|triton", line) for line in LOCKED)


def test_the_lock_has_all_that_its_packages_need():
    """As pip installs without looking at what packages need."""
    pinned = LOCK | {"rankcollapse": PROJECT["version"]}
    for name in pinned:
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # of another system
            assert name in LOCK
            continue
        for need in map(Requirement, needs):
            if not need.marker or need.marker.evaluate({"extra": ""}):
                found = pinned.get(canonicalize_name(need.name)) or (name == "torch" and need.specifier)
                assert found, f"{name} needs {need}"
                assert name == "torch" or need.specifier.contains(found, prereleases=True), f"{name} needs {need}"


def test_conda_reaches_the_same_pins():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python, pip, wheels = environment["dependencies"]
    assert pip == "pip"
    assert wheels == {"pip": [*LOCKED]}, "run: make environment.yml"  # no path: conda reads a copy elsewhere
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


def test_without_a_home_folder_the_cache_of_snakemake_is_kept_here(tmp_path):
    for home, elsewhere in ((str(tmp_path), False), ("/proc/none", True), (None, True)):
        environment = {key: value for key, value in (os.environ | {"HOME": home}).items() if value is not None}
        made = subprocess.run(["make", "-n", "paper"], cwd=ROOT, env=environment, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        assert (f'XDG_CACHE_HOME="{ROOT}/.snakemake/cache" snakemake --cores' in made.stdout) == elsewhere


RETRY = "WARNING: Retrying (Retry(total={}, connect=None, status=None)) after connection broken by 'ReadTimeoutError'"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("ERROR: No matching distribution found for torch==2.13.0", "pip finds no torch==2.13.0 for Python 3.99.0"),
        (f"{RETRY.format(0)}\nERROR: No matching distribution found for click", "cannot be reached"),
        (f"{RETRY.format(0)}: SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] ...", "does not trust the certificate"),
        (f"{RETRY.format(4)}\nERROR: No matching distribution found for click", "pip finds no click"),
        (f"{RETRY.format(0)}\nOSError: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "its hash differs"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: something else", "ERROR: something else\nerror: pip could not install the pinned packages"),
    ],
)
def test_why_the_pinned_packages_could_not_be_installed(tmp_path, said, told):
    """Pip's failure ends in a message of ours, and the next `make setup` starts anew."""
    project = Project(tmp_path / "project")
    (tmp_path / "said").write_text(f"{said}\n")
    fake = tmp_path / "python"
    fake.write_text(
        '#!/bin/sh\n[ "$1" = -m ] || exit 0\nmkdir -p .venv/bin\n'
        'printf "#!/bin/sh\\necho Python 3.99.0\\n" > .venv/bin/python\n'
        f'printf "#!/bin/sh\\ncat {tmp_path}/said >&2; exit 1\\n" > .venv/bin/pip\nchmod +x .venv/bin/*\n'
    )
    fake.chmod(0o755)
    done = project.run(["make", "setup", f"PYTHON={fake}"])
    assert done.returncode != 0
    assert told in done.stderr
    assert not (project.folder / ".venv/installed").exists()


def test_a_file_that_is_not_the_pinned_one_is_refused(tmp_path):
    """By pip itself, in words that our message knows."""
    (tmp_path / "thing-1.tar.gz").write_bytes(b"not what was pinned")
    (tmp_path / "lock").write_text(f"thing==1 --hash=sha256:{64 * '0'}\n")
    pip = [sys.executable, "-m", "pip", "install", "--no-index", "--find-links", tmp_path, "--target", tmp_path / "new"]
    done = subprocess.run([*pip, "--require-hashes", "-r", tmp_path / "lock"], capture_output=True, text=True)
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr
    missing = subprocess.run([*pip, "nothing-like-it==1"], capture_output=True, text=True)
    assert "ERROR: No matching distribution found for nothing-like-it==1" in missing.stderr


@pytest.mark.slow
def test_uv_resolves_the_locks_by_their_hashes(tmp_path):
    """It would download torch with CUDA, several GB, to install them: it is asked what it would install."""
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    if subprocess.run([environment / "bin/pip", "install", "-q", "uv"], capture_output=True).returncode:
        pytest.skip("uv cannot be installed here")
    uv = [environment / "bin/uv", "pip", "install", "--python", environment / "bin/python", "--require-hashes"]
    locks = ["-r", ROOT / "requirements.lock", "-r", ROOT / "requirements-cuda.lock"]
    done = subprocess.run([*uv, "--dry-run", *locks], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^ \+ (torch==\S+)", done.stderr, re.M) == ["torch==2.13.0"]
