"""An empty folder for data, and a data set of images in the catalogue."""

import pytest
from support.archives import sha256

from rankcollapse.datasets import catalogue as catalogue_module
from rankcollapse.datasets.catalogue import DataSet


@pytest.fixture(autouse=True)
def cache(empty_cache):
    return empty_cache


@pytest.fixture
def folder_set(monkeypatch):
    """Puts an image folder into the catalogue, as its archive is packed."""

    def add(archive, content, **changes):
        entry = DataSet(
            **{
                "title": "toy",
                "kind": "image-folder",
                "licence": "none",
                "shape": (3, 4, 4),
                "classes": 2,
                "samples": {"train": 6, "test": 6},
                "sources": [],
                "archive": {"name": "toy.tar.xz", "bytes": len(archive), "sha256": sha256(archive)},
                "files": {"images.tar": {"bytes": len(content), "sha256": sha256(content)}},
            }
            | changes
        )
        monkeypatch.setattr(catalogue_module, "catalogue", lambda: {"toy": entry})

    return add
