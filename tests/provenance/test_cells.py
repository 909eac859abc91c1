"""The provenance of a job names everything that made it."""

import platform
from importlib import metadata
from pathlib import Path

import torch

from rankcollapse.datasets.catalogue import catalogue
from rankcollapse.provenance import cells
from rankcollapse.provenance.cells import describe, packages
from rankcollapse.provenance.fingerprints import settings_hash, source_hash

MODULES = ["rankcollapse.experiments.trainability.rank", "rankcollapse.commands.run"]


def test_the_kernels_that_the_environment_chooses_are_named(monkeypatch):
    before = cells.kernels()
    monkeypatch.setenv("MKL_CBWR", "COMPATIBLE")
    assert cells.kernels() == f"{before}, MKL_CBWR=COMPATIBLE"


def test_the_processor_has_a_name_where_the_system_gives_none(monkeypatch):
    known = cells.processor()
    assert known
    assert "\n" not in known
    monkeypatch.setattr(Path, "read_text", lambda *given, **options: "flags : fpu")
    assert cells.processor() == (platform.processor() or platform.machine())


def test_a_job_is_described_before_it_has_run():
    settings = {"variant": "bn", "dataset": "fashion-mnist-mini"}
    found = describe(MODULES, settings, "cpu", 2)
    assert (found.module, found.settings, found.threads) == (MODULES[0], settings, 2)
    assert found.source_sha256 == source_hash(*MODULES)
    assert found.settings_sha256 == settings_hash(settings)
    files = catalogue()["fashion-mnist-mini"].files
    assert found.data == {"fashion-mnist-mini": {name: file.sha256 for name, file in files.items()}}
    assert len(files) == 4
    assert found.packages["torch"] == metadata.version("torch")
    assert found.device.startswith("cpu (")
    assert found.instructions == torch.backends.cpu.get_cpu_capability()
    assert f"torch {torch.__version__}, BLAS " in found.kernels
    assert (found.seconds, found.clock) == (0.0, {})


def test_a_job_without_data_names_none():
    assert describe(MODULES, {"width": 3}, "cpu", 1).data == {}
    assert describe(MODULES, {"dataset": "mine"}, "cpu", 1).data == {}


def test_packages_are_the_direct_dependencies_without_those_of_development():
    found = packages()
    assert {"torch", "numpy", "pydantic", "snakemake"} <= set(found)
    assert not {"pytest", "ruff", "hypothesis", "markupsafe"} & set(found)
    assert list(found) == sorted(found)
    assert all(metadata.version(name) == version for name, version in found.items())
