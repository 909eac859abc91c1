"""Estimates by group: a tidy table in, a tidy table of estimates with their intervals out.

Figures, numbers and judges all use it, so that what is drawn and quoted is what is judged.
"""

from typing import Any

import pandas as pd

from rankcollapse.statistics.intervals import Bounds, Interval, mean_interval


def estimates(table: pd.DataFrame, by: str | list[str], value: str, bounds: Bounds | None = None) -> pd.DataFrame:
    """The estimate of a quantity for each group of rows.

    Args:
        table: one independent run a row, at least one.
        by: the columns whose values make the groups.
        value: the column that is estimated.
        bounds: of the quantity; None if it has none.

    Returns:
        One row a group, in ascending order: `by`, then `estimate`, `low`, `high` and `n`.
    """
    columns = [by] if isinstance(by, str) else by
    rows = [(*key, *mean_interval(group, bounds)) for key, group in table.groupby(columns)[value]]
    return pd.DataFrame(rows, columns=[*columns, *Interval._fields])


def intervals(found: pd.DataFrame) -> dict[Any, Interval]:
    """The intervals of a table of estimates by their group: a value, or a tuple where there are several columns."""
    keys = found.drop(columns=list(Interval._fields)).itertuples(index=False, name=None)
    values = map(Interval._make, found[list(Interval._fields)].itertuples(index=False, name=None))
    return {key[0] if len(key) == 1 else key: value for key, value in zip(keys, values, strict=True)}
