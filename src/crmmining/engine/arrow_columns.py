"""Between Arrow tables and NumPy columns; and the schema's tables as Arrow and Spark know them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.engine import Columns
from crmmining.engine.schema import TABLES
from crmmining.engine.threads import each

if TYPE_CHECKING:
    import pyarrow as pa

_ARROW_NAMES = {
    "VARCHAR": "string",
    "STRING": "string",
    "BIGINT": "int64",
    "INTEGER": "int32",
    "SMALLINT": "int16",
    "TINYINT": "int8",
    "DOUBLE": "float64",
    "BOOLEAN": "bool_",
}


@cache
def types_of(table: str) -> dict[str, str]:
    """The columns of one of the schema's tables with their types in common SQL, in order.

    >>> types_of("names")
    {'kind': 'STRING', 'code': 'INTEGER', 'name': 'STRING'}
    """
    inside = re.search(r"\((.*)\)", TABLES[table], re.DOTALL)
    assert inside is not None
    pairs = (column.split() for column in inside[1].split(","))
    return {name: "STRING" if kind == "VARCHAR" else kind for name, kind in pairs}


def arrow_schema(table: str) -> pa.Schema:
    """One of the schema's tables as Arrow knows it."""
    import pyarrow as pa

    return pa.schema([(name, getattr(pa, _ARROW_NAMES[kind])()) for name, kind in types_of(table).items()])


def arrow_table(table: str, columns: Mapping[str, NDArray[Any] | Sequence[Any]] | pa.Table) -> pa.Table:
    """Rows of one of the schema's tables: in its order and types, columns not given are NULL.

    Values stay what they are; only None and masked ones become NULL.

    Raises:
        KeyError: a column the table does not have.
    """
    import pyarrow as pa

    schema = arrow_schema(table)
    given = (
        columns if isinstance(columns, pa.Table) else pa.table({n: pa.array(v) for n, v in columns.items()})
    )
    for name in given.column_names:
        schema.field(name)
    present = set(given.column_names)
    rows = [
        given.column(field.name).cast(field.type)
        if field.name in present
        else pa.nulls(given.num_rows, field.type)
        for field in schema
    ]
    return pa.table(rows, schema=schema)


def numpy_columns(table: pa.Table, *, flags_as_numbers: bool = False) -> Columns:
    """An Arrow table as columns; absent integers -1, absent numbers NaN, absent texts None.

    Booleans stay booleans (absent ones make the column one of objects), or become 0, 1 and -1.
    """
    return {
        name: _numpy(column, flags_as_numbers)
        for name, column in zip(table.column_names, table.columns, strict=True)
    }


def _numpy(column: pa.ChunkedArray, flags_as_numbers: bool) -> NDArray[Any]:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_boolean(kind) and flags_as_numbers:
        kind = pa.int8()
    elif pa.types.is_decimal(kind) or pa.types.is_null(kind):
        kind = pa.float64()
    column = column.cast(kind)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _numbers(column)
    return np.asarray(column.to_numpy(zero_copy_only=False))


def _numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    """Chunks side by side, absent ones filled; the cores share the copying."""
    import pyarrow as pa

    absent = pa.scalar(-1 if pa.types.is_integer(column.type) else float("nan"), column.type)
    ends = np.cumsum([0, *(len(chunk) for chunk in column.chunks)])
    found = np.empty(ends[-1], column.type.to_pandas_dtype())

    def copy(k: int) -> None:
        chunk = column.chunk(k)
        found[ends[k] : ends[k + 1]] = (chunk.fill_null(absent) if chunk.null_count else chunk).to_numpy()

    each(copy, range(column.num_chunks))
    return found
