"""Tests run with one thread, as cells do by default: results are then the same in any ensemble."""

import os
import tempfile

import pytest
import torch

from rankcollapse.datasets.fetch import fetch

torch.set_num_threads(1)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items):
    """The tests of a file run in one process, and so do all tests that need the graph built: it is built once."""
    for item in items:
        group = "built" if "built" in item.fixturenames else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """A folder for data with nothing in it, for a test; what is fetched into it is tried again at once."""
    monkeypatch.setenv("RANKCOLLAPSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def embedded_data(tmp_path_factory):
    """A folder with the embedded data set, for all tests of a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RANKCOLLAPSE_CACHE", str(tmp_path_factory.mktemp("cache")))
        fetch("fashion-mnist-mini")
        yield


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with GPUs A and B, and an empty folder for its locks."""
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin/nvidia-smi"
    fake.write_text("#!/bin/sh\necho GPU-A\necho GPU-B\n")
    fake.chmod(0o755)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return tmp_path
