"""The catalogue of data sets (`catalogue.yaml`) and the cache they are kept in."""

import os
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from rankcollapse.errors import UserError


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class File(_Entry):
    """One file of a data set as the cache keeps it."""

    bytes: int = Field(gt=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    md5: str | None = Field(None, pattern="^[0-9a-f]{32}$")


class Archive(File):
    """The file that holds a whole image folder."""

    name: str


class Source(_Entry):
    """One place that may hold the files; exactly one field is set."""

    embedded: str | None = None
    folder: str | None = None
    url: str | None = Field(None, pattern="^https://.*/$")
    debian: str | None = None


class DataSet(_Entry):
    """A data set: what it is, where it comes from, what its bytes hash to."""

    title: str
    kind: Literal["idx", "cifar-binary", "image-folder"]
    licence: str
    shape: tuple[int, int, int]  # channels, height, width
    classes: int
    samples: dict[Literal["train", "test"], int]
    sources: list[Source]
    archive: Archive | None = None
    files: dict[str, File]


@cache
def catalogue() -> dict[str, DataSet]:
    """All data sets by name."""
    entries = yaml.safe_load(Path(__file__).with_name("catalogue.yaml").read_text(encoding="utf-8"))
    return {name: DataSet.model_validate(entry) for name, entry in entries.items()}


def find(name: str) -> DataSet:
    """The data set of that name.

    Raises:
        UserError: there is none.
    """
    if name not in catalogue():
        raise UserError(f"unknown data set {name!r}; the catalogue holds: {', '.join(catalogue())}")
    return catalogue()[name]


def cached_files(name: str) -> list[Path]:
    """Where the verified files of a data set lie: `$RANKCOLLAPSE_CACHE`, or `data/` in the working folder."""
    folder = Path(os.environ.get("RANKCOLLAPSE_CACHE") or "data") / name
    return [folder / file for file in find(name).files]
