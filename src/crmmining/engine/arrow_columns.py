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
    given = columns if isinstance(columns, pa.Table) else table_of(columns)
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
    if kind != column.type:  # to cast is to import all of Arrow's functions
        column = column.cast(kind)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _numbers(column)
    return np.asarray(column.to_numpy(zero_copy_only=False))


def _numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    """Chunks side by side, absent ones filled; the cores share the copying."""
    ends = np.cumsum([0, *(len(chunk) for chunk in column.chunks)])
    found = np.empty(ends[-1], column.type.to_pandas_dtype())
    absent = -1 if found.dtype.kind in "iu" else np.nan

    def copy(k: int) -> None:
        chunk, part = column.chunk(k), found[ends[k] : ends[k + 1]]
        part[:] = in_buffer(chunk)
        if chunk.null_count:
            part[present(chunk) == 0] = absent  # Arrow's own fill_null would import pandas

    each(copy, range(column.num_chunks))
    return found


def in_buffer(chunk: pa.Array, buffer: int = 1, kind: Any = None, n: int | None = None) -> NDArray[Any]:
    """The numbers in a buffer, not copied; Arrow's own way to NumPy would import pandas.

    `kind` and `n` where they are not the array's own type and length. What is absent is any number.
    """
    dtype = np.dtype(chunk.type.to_pandas_dtype() if kind is None else kind)
    size = len(chunk) if n is None else n
    if size == 0:
        return np.empty(0, dtype)
    return np.frombuffer(chunk.buffers()[buffer], dtype, size, dtype.itemsize * chunk.offset)


def present(chunk: pa.Array) -> NDArray[np.uint8]:
    """1 where a value is there, 0 where it is absent."""
    bits = np.frombuffer(chunk.buffers()[0], np.uint8)
    present = np.unpackbits(bits, count=chunk.offset + len(chunk), bitorder="little")
    return np.ascontiguousarray(present[chunk.offset :])


def table_of(columns: Mapping[str, NDArray[Any] | Sequence[Any]]) -> pa.Table:
    """Columns as an Arrow table; numbers stay where they are."""
    import pyarrow as pa

    return pa.table({name: _array(values) for name, values in columns.items()})


def _array(values: NDArray[Any] | Sequence[Any]) -> pa.Array:
    import pyarrow as pa

    if isinstance(values, np.ndarray) and type(values) is np.ndarray and values.dtype.kind in "iuf":
        whole = np.ascontiguousarray(values)
        kind = pa.from_numpy_dtype(whole.dtype)
        return pa.Array.from_buffers(kind, whole.size, [None, pa.py_buffer(whole)])
    return pa.array(values)
