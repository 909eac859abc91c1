"""Frames: tidy tables, one observation a row, stored as Parquet with a description of every column."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rankcollapse.files import write_whole


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


def write_frame(table: pa.Table, path: Path) -> None:
    """Write a Parquet file, whole or not at all."""
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer)
    write_whole(path, buffer.getvalue().to_pybytes())


def concatenate(paths: list[Path]) -> pa.Table:
    """One table from the tables of several cells (a column that is all missing in one takes the others' type)."""
    tables = [pq.read_table(path) for path in paths]
    return pa.concat_tables(tables, promote_options="default")
