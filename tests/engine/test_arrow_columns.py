"""Columns go to Arrow and come back as they were; absent values have their marks."""

import numpy as np
import pyarrow as pa
import pytest

from crmmining.engine.arrow_columns import in_buffer, numpy_columns, table_of

COLUMNS = {
    "integers": np.array([3, -1, 7], np.int32),
    "every other": np.arange(6, dtype=np.int64)[::2],
    "numbers": np.array([0.5, np.nan, -2.0]),
    "small": np.array([1, 0, 2], np.int8),
    "flags": np.array([True, False, True]),
    "texts": np.array(["a", None, ""], object),
    "list": [1, None, 3],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_is_what_arrow_makes_of_it(name: str) -> None:
    mine, arrows = table_of({name: COLUMNS[name]})[name], pa.array(COLUMNS[name])
    assert mine.type == arrows.type
    assert repr(mine.to_pylist()) == repr(arrows.to_pylist())


def test_numbers_are_not_copied() -> None:
    values = np.arange(5)
    column = table_of({"n": values})["n"].chunk(0)
    values[2] = 99
    assert in_buffer(column).tolist() == [0, 1, 99, 3, 4]


def test_a_slice_begins_where_it_begins() -> None:
    chunk = pa.array([10, 20, 30, 40], pa.int64()).slice(1, 2)
    assert in_buffer(chunk).tolist() == [20, 30]
    assert in_buffer(chunk.slice(0, 0)).tolist() == []


def test_chunks_come_side_by_side_and_absent_numbers_are_marked() -> None:
    chunks = pa.chunked_array(
        [pa.array([1, None], pa.int32()), pa.array([], pa.int32()), pa.array([3], pa.int32())]
    )
    table = pa.table({"n": chunks, "x": pa.chunked_array([pa.array([None, 0.5, float("nan")])])})
    found = numpy_columns(table)
    assert found["n"].tolist() == [1, -1, 3] and found["n"].dtype == np.int32
    assert np.isnan(found["x"]).tolist() == [True, False, True]
    none = numpy_columns(pa.table({"n": pa.chunked_array([], pa.int64())}))
    assert none["n"].size == 0 and none["n"].dtype == np.int64
