"""Frames: tidy tables, one observation a row, stored as Parquet with a description of every column."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rankcollapse.errors import UserError
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


def read_frame(path: Path) -> pa.Table:
    """The table in a Parquet file.

    Raises:
        UserError: it is not a Parquet file.
    """
    try:
        return pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise UserError(f"{path} is damaged: {error}. Delete it and run the workflow again.") from None


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
