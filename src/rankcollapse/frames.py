"""Frames: tidy tables, one observation a row, stored as Parquet with a description of every column."""

import hashlib
import shlex
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rankcollapse.errors import UserError
from rankcollapse.files import write_whole

SEAL = b"sha256\x18\x40"  # in a Parquet footer: the key, then the mark of a text of 64 bytes


def to_table(rows: list[dict[str, Any]], columns: dict[str, str]) -> pa.Table:
    """A table from rows; its columns, their order and their descriptions are those of `columns`.

    Raises:
        ValueError: a row's keys are not exactly the columns.
    """
    for row in rows:
        if row.keys() != columns.keys():
            raise ValueError(f"row and columns differ in {sorted(row.keys() ^ columns.keys())}")
    table = pa.Table.from_pylist([{name: row[name] for name in columns} for row in rows])
    fields = [field.with_metadata({"description": columns[field.name]}) for field in table.schema]
    return table.cast(pa.schema(fields))


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
        raise UserError(
            f"{path} is damaged, or was written by another version: its hash is wrong. Restore it if git tracks it;"
            f" else remove it and give the same command again, which then makes it anew: rm {shlex.quote(str(path))}"
        )
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
