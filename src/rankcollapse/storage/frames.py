"""Frames: tidy tables, one observation a row, stored as Parquet with a description of every column."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from rankcollapse.errors import UserError
from rankcollapse.storage.files import cure, of_a_run, write_whole

SEAL = b"sha256\x18\x40"  # in a Parquet footer: the key, then the mark of a text of 64 bytes


class Columns(Protocol):
    """What a table is made for: a cell, as far as its columns go."""

    @classmethod
    def columns(cls) -> dict[str, str]:
        """The columns in order, with their descriptions."""

    def constants(self) -> dict[str, Any]:
        """The values that all rows share."""


def to_table(cell: Columns, rows: Iterable[dict[str, Any]]) -> pa.Table:
    """A table from what was measured: rows, to which the constant columns of the cell are added.

    Args:
        cell: says the columns, their order and their descriptions.
        rows: measured values by column; a row may have another value for a constant column.

    Raises:
        ValueError: a row's keys are not exactly the columns.
    """
    columns, constants = cell.columns(), cell.constants()
    whole = [constants | row for row in rows]
    for row in whole:
        if row.keys() != columns.keys():
            raise ValueError(f"row and columns differ in {sorted(row.keys() ^ columns.keys())}")
    table = pa.Table.from_pylist([{name: row[name] for name in columns} for row in whole])
    fields = [field.with_metadata({"description": columns[field.name]}) for field in table.schema]
    return table.cast(pa.schema(fields))


def rows_by(name: str, measured: Mapping[str, Any], **shared: Any) -> list[dict[str, Any]]:
    """The rows of several members of one ensemble.

    Args:
        name: column of the member's number.
        measured: by column, a tensor with one number a member.
        shared: columns that are the same for all.
    """
    values = zip(*(column.tolist() for column in measured.values()), strict=True)
    return [shared | {name: number} | dict(zip(measured, row, strict=True)) for number, row in enumerate(values)]


def _sealed(raw: bytes) -> bytes:
    """The bytes of a Parquet file, with the sha256 of all others of them as the value of its metadata's `sha256`."""
    before, seal, after = raw.rpartition(SEAL)
    digest = hashlib.sha256(before + seal + after[64:]).hexdigest()
    return before + seal + digest.encode() + after[64:]


def write_frame(table: pa.Table, path: Path) -> None:
    """Write a Parquet file, whole or not at all, with a hash in it by which any damage is found."""
    buffer = pa.BufferOutputStream()
    with pq.ParquetWriter(buffer, table.schema) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({"sha256": 64 * "0"})
    write_whole(path, _sealed(buffer.getvalue().to_pybytes()))


def read_frame(path: Path) -> pa.Table:
    """The table in a Parquet file that `write_frame` wrote.

    Raises:
        UserError: a byte of it is not as it was written.
    """
    raw = path.read_bytes()
    if _sealed(raw) != raw:
        if SEAL in raw or of_a_run(path):
            raise UserError(
                f"{path} is damaged, or was written by another version: its hash is wrong. {cure(path, ours=True)}"
            )
        raise UserError(f"{path} is not a frame, or not a whole one: no hash of rankcollapse is in it. {cure(path)}")
    # without Arrow's threads: one that is still ending when Python exits aborts it now and then (apache/arrow#34314)
    return pq.ParquetFile(pa.BufferReader(raw)).read(use_threads=False)


def concatenate(paths: list[Path]) -> pa.Table:
    """One table from the tables of several cells (a column that is all missing in one takes the others' type).

    Raises:
        UserError: the cells are not all of one frame: their columns differ.
    """
    tables = [read_frame(path) for path in paths]
    for path, table in zip(paths, tables, strict=True):
        if table.column_names != tables[0].column_names:
            raise UserError(f"{path} and {paths[0]} are cells of different frames: their columns differ")
    return pa.concat_tables(tables, promote_options="default")
